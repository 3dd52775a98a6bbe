package pleat.cli.output;

import com.google.common.collect.ImmutableList;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import pleat.cli.figure.PngImage;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.AtomicFile;
import pleat.runtime.io.NpzWriter;
import pleat.runtime.io.TensorData;

/** The files that a run writes, each in the form that its name ends with. */
public record OutputFiles(ImmutableList<Path> files) {

    private enum Form {
        NPZ(".npz"), MMCIF(".cif"), PDB(".pdb"), PNG(".png"), HTML(".html");

        private final String ending;

        Form(String ending) {
            this.ending = ending;
        }

        static Form of(Path file) {
            String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
            for (var form : values()) {
                if (name.endsWith(form.ending)) {
                    return form;
                }
            }
            throw new UserException("file `" + file + "` has no ending that says what to write\n  = help: .npz for the tensors, .cif or .pdb for atoms, "
                    + ".png or .html for a picture");
        }
    }

    public static OutputFiles of(List<Path> files) {
        files.forEach(Form::of);
        return new OutputFiles(ImmutableList.copyOf(files));
    }

    /** Refuses what a module has no tensors for, before it is run. */
    public void check(String module) {
        var roles = OutputRoles.of(module);
        for (var file : files) {
            boolean isPossible = switch (Form.of(file)) {
                case NPZ -> true;
                case MMCIF, PDB -> roles.flatMap(OutputRoles::atoms).isPresent();
                case PNG, HTML -> roles.isPresent() && (roles.get().distogram().isPresent() || roles.get().confidence().isPresent());
            };
            if (!isPossible) {
                boolean isStructure = Form.of(file) == Form.MMCIF || Form.of(file) == Form.PDB;
                throw new UserException(("`%s` cannot be written: no tensor of `%s` is known to be %s\n"
                        + "  = note: roles.json of the models says what tensors are")
                                .formatted(file, module, isStructure ? "positions of atoms" : "a distogram or a confidence"));
            }
        }
    }

    /**
     * Writes all of them.
     *
     * @param named the outputs under the names that they are to have among tensors
     * @param note is told of samples that a file does not have
     */
    public void write(String module, RunTensors tensors, Map<String, TensorData> named, Consumer<String> note) {
        for (var file : files) {
            if (Form.of(file) == Form.NPZ) {
                NpzWriter.write(file, named, Map.of());
            } else {
                var content = new Content(module, OutputRoles.of(module).orElseThrow(), tensors);
                write(file, contents(file, content));
                if (content.samples() > 1) {
                    note.accept("note: `" + file + "` has the first of " + content.samples() + " samples; .npz has all of them");
                }
            }
        }
    }

    /** What the files of one run are made of. */
    private record Content(String module, OutputRoles roles, RunTensors tensors) {
        Structure structure() {
            var structure = new StructureBuilder(roles, tensors).build(roles.atoms().orElseThrow());
            if (structure.residues().isEmpty()) {
                throw nothingToShow("no atom of the result is marked as present");
            }
            return structure;
        }

        long samples() {
            long ofAtoms = roles.atoms().map(atoms -> atoms.positions().samples(tensors)).orElse(1L);
            return Math.max(ofAtoms, roles.distogram().map(distogram -> distogram.logits().samples(tensors)).orElse(1L));
        }

        ResidueLabels labels() {
            return ResidueLabels.of(roles, tensors);
        }

        Optional<DistanceMap> distances() {
            return roles.distogram().map(role -> DistanceMap.of(role, tensors));
        }

        String title() {
            var labels = labels();
            long residues = IntStream.range(0, labels.count()).filter(labels::isPresent).count();
            if (residues == 0) {
                throw nothingToShow("all residues of the inputs are masked");
            }
            double mean = IntStream.range(0, labels.count()).filter(labels::isPresent).mapToDouble(labels::confidence).average().orElse(0);
            return module + ", " + residues + " residues"
                    + (roles.confidence().isPresent() ? String.format(Locale.ROOT, ", mean pLDDT %.1f", mean) : "");
        }
    }

    private static UserException nothingToShow(String reason) {
        return new UserException("there is nothing to write a structure or a picture of: " + reason);
    }

    private static byte[] contents(Path file, Content content) {
        return switch (Form.of(file)) {
            case NPZ -> throw new IllegalArgumentException(file + " is written tensor by tensor");
            case MMCIF -> text(MmCifText.of(content.structure(), content.module().replaceAll("\\W", "_")));
            case PDB -> text(PdbText.of(content.structure()));
            case PNG -> PngImage.of(Picture.of(content.title(), content.labels(), content.distances()));
            case HTML -> text(HtmlPage.of(content.title(), Picture.of(content.title(), content.labels(), content.distances()), content.labels()));
        };
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void write(Path file, byte[] contents) {
        AtomicFile.write(file, channel -> {
            var bytes = ByteBuffer.wrap(contents);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }
}
