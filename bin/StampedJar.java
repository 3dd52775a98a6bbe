import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Copies a jar and gives its classes the stack maps of Java 8: {@code java StampedJar.java IN OUT}. An AOT cache leaves out
 * classes older than Java 6, and picocli's are of Java 5: with them in the cache every command starts on half the processor
 * time. The code in them stays the same.
 */
public final class StampedJar {
    private static final int JAVA_8 = 52;

    private StampedJar() {}

    public static void main(String[] arguments) throws IOException {
        Path source = Path.of(arguments[0]);
        try (var in = new JarFile(source.toFile());
                var loader = new URLClassLoader(new URL[] {source.toUri().toURL()});
                var out = new JarOutputStream(Files.newOutputStream(Path.of(arguments[1])))) {
            ClassFile classFile = ClassFile.of(
                    StackMapsOption.GENERATE_STACK_MAPS,
                    ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(loader)));
            for (JarEntry entry : Collections.list(in.entries())) {
                byte[] bytes = in.getInputStream(entry).readAllBytes();
                out.putNextEntry(new JarEntry(entry.getName()));
                out.write(isOldClass(entry.getName(), bytes) ? stamped(classFile, bytes) : bytes);
                out.closeEntry();
            }
        }
    }

    private static boolean isOldClass(String name, byte[] bytes) {
        return name.endsWith(".class") && bytes[7] < JAVA_8; // the version's low byte; see the class file format
    }

    private static byte[] stamped(ClassFile classFile, byte[] bytes) {
        // Passing each body through a transform makes it be written anew, with its stack maps.
        ClassTransform newBodies = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL);
        ClassTransform newVersion = (builder, element) -> {
            if (element instanceof ClassFileVersion) {
                builder.withVersion(JAVA_8, 0);
            } else {
                builder.with(element);
            }
        };
        return classFile.transformClass(classFile.parse(bytes), newBodies.andThen(newVersion));
    }
}
