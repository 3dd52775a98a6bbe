package pleat.runtime.bundle;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.FileFailure;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan;
import pleat.ir.text.PlanParser;
import pleat.ir.text.PlanPrinter;

/**
 * A plan on disk with all that it needs to run: a folder with the plan's text, the machine code of its kernels, notes of whoever compiled it, and
 * a manifest with the hash of each.
 *
 * @param sharedObject the machine code, in the bundle's folder
 * @param notes JSON text
 */
public record PlanBundle(Plan plan, Path sharedObject, String notes) {
    private static final String PLAN = "plan.ir";
    private static final String KERNELS = "kernels.so";
    private static final String NOTES = "notes.json";
    private static final HashedFolder FORMAT = new HashedFolder("pleat plan bundle ", 1, ImmutableList.of(PLAN, KERNELS, NOTES));

    /** Whether the folder is a bundle, intact or not. */
    public static boolean isBundle(Path folder) {
        return HashedFolder.isOne(folder);
    }

    /** Copies the plan, its code and the notes to a folder, which appears whole or not at all and replaces a bundle that was there. */
    public void write(Path folder) {
        refuseOther(folder);
        FORMAT.place(folder, this::writeFiles, Folders::replace);
    }

    /** Refuses a folder, or a file, that has something else than a bundle. */
    public static void refuseOther(Path folder) {
        if (Files.exists(folder) && !isBundle(folder) && !isEmpty(folder)) {
            throw new UserException("a bundle cannot be written to `" + folder + "`: something else is there");
        }
    }

    /** Copies it to a folder, unless something is there already. */
    void publish(Path folder) {
        FORMAT.place(folder, this::writeFiles, Folders::publish);
    }

    private void writeFiles(Path folder) throws IOException {
        Files.writeString(folder.resolve(PLAN), PlanPrinter.print(plan));
        Files.copy(sharedObject, folder.resolve(KERNELS));
        Files.writeString(folder.resolve(NOTES), notes);
    }

    /** Reads a bundle; a user error says what is wrong with it. */
    public static PlanBundle open(Path folder) {
        if (!isBundle(folder)) {
            throw new UserException("`" + folder + "` is no plan bundle: " + HashedFolder.missing(folder));
        }
        try {
            FORMAT.check(folder);
            String text = Files.readString(folder.resolve(PLAN));
            var plan = PlanParser.parse(new Source(folder.resolve(PLAN).toString(), text)).plan();
            return new PlanBundle(plan, folder.resolve(KERNELS), Files.readString(folder.resolve(NOTES)));
        } catch (IOException failure) {
            throw HashedFolder.damaged(folder, FileFailure.reason(failure, folder), Optional.of(failure));
        } catch (DiagnosticsException failure) { // its hash is right, so another version of Pleat wrote it
            throw HashedFolder.damaged(folder, "its plan cannot be read by this version of Pleat", Optional.of(failure));
        }
    }

    private static boolean isEmpty(Path folder) {
        var files = folder.toFile().list();
        return files != null && files.length == 0;
    }
}
