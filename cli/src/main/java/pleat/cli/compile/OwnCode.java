package pleat.cli.compile;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import pleat.codegen.HostTarget;
import pleat.features.sample.FeatureMaker;
import pleat.frontend.Frontend;
import pleat.ir.tensor.TensorModule;
import pleat.passes.PassManager;
import pleat.runtime.bundle.PlanBundle;

/** Pleat itself as a part of a cache key: a plan that another version compiled is another plan. */
public final class OwnCode {
    /** One class of each of our jars. */
    private static final List<Class<?>> ANCHORS = List.of(OwnCode.class, TensorModule.class, Frontend.class, PassManager.class, HostTarget.class,
            PlanBundle.class);
    private static final List<Class<?>> FEATURES = List.of(FeatureMaker.class, PlanBundle.class);
    /** The models' jar has no class. */
    private static final String MODELS = "/pleat/models/registry.json";

    private OwnCode() {}

    /** Hash of all classes and of all models that come with Pleat. */
    public static String digest() {
        var hasher = Hashing.sha256().newHasher();
        try {
            for (Class<?> anchor : ANCHORS) {
                add(hasher, Path.of(anchor.getProtectionDomain().getCodeSource().getLocation().toURI()));
            }
            add(hasher, container(OwnCode.class.getResource(MODELS)));
            return hasher.hash().toString();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (URISyntaxException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Hash of the classes that make features of alignments and structures. */
    public static String featuresDigest() {
        var hasher = Hashing.sha256().newHasher();
        try {
            for (Class<?> anchor : FEATURES) {
                add(hasher, Path.of(anchor.getProtectionDomain().getCodeSource().getLocation().toURI()));
            }
            return hasher.hash().toString();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (URISyntaxException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** The jar, or the folder of classes, that a resource stands in. */
    private static Path container(URL resource) throws IOException, URISyntaxException {
        if (resource.openConnection() instanceof JarURLConnection jar) {
            return Path.of(jar.getJarFileURL().toURI());
        }
        return Path.of(URI.create(resource.toString().substring(0, resource.toString().length() - MODELS.length())));
    }

    private static void add(Hasher hasher, Path jarOrFolder) throws IOException {
        try (Stream<Path> files = Files.walk(jarOrFolder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                hasher.putUnencodedChars(jarOrFolder.relativize(file).toString());
                putDigest(hasher, Files.readAllBytes(file));
            }
        }
    }

    // A cryptographic hash of these 2 MB takes 0.1 s in a JVM that has just started; nobody forges a compiler against its own cache.
    private static void putDigest(Hasher hasher, byte[] bytes) {
        var crc = new CRC32();
        crc.update(bytes);
        var adler = new Adler32();
        adler.update(bytes);
        hasher.putInt(bytes.length).putLong(crc.getValue()).putLong(adler.getValue());
    }
}
