package pleat.cli.features;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import picocli.CommandLine.Option;
import pleat.cli.compile.OwnCode;
import pleat.features.draw.Draws;
import pleat.features.draw.DrawsFile;
import pleat.features.residue.ResidueTable;
import pleat.features.sample.FeatureSettings;
import pleat.features.sample.SampleRequest;
import pleat.features.stream.CachedFeatures;
import pleat.features.stream.FeatureCache;
import pleat.features.template.TemplateRequest;
import pleat.features.text.InputText;
import pleat.features.text.ResidueRange;

/** What features are made from, and how; `features` and `run` share it. */
public final class FeatureOptions {
    @Option(names = "--fasta", paramLabel = "FILE", description = "The sequence. Default: the first row of the first alignment.")
    private Path fasta;

    @Option(names = {"--a3m", "--sto"}, paramLabel = "FILE",
            description = "An alignment in A3M, aligned FASTA or Stockholm, which its text decides; may be gzipped, and given several times.")
    private List<Path> alignments = new ArrayList<>();

    @Option(names = "--template", paramLabel = "FILE[:CHAIN[:Q=T,...]]",
            description = "A structure in mmCIF or PDB, as in 1abc.cif:A, or 1abc.cif:A:1-40=3-42 to say which residues stand against each other.")
    private List<String> templates = new ArrayList<>();

    @Option(names = "--residues", paramLabel = "FROM-TO", description = "The part of the sequence that is used. Default: all of it.")
    private String residues;

    @Option(names = "--first-residue", paramLabel = "N", description = "The number of the sequence's first residue. Default: 1.")
    private Integer firstResidue;

    @Option(names = "--seed", paramLabel = "N", description = "Decides every random draw. Default: 0.")
    private Long seed;

    @Option(names = "--draws", paramLabel = "FILE", description = "Use the draws in a file in the place of random ones.")
    private Path draws;

    @Option(names = "--cycles", paramLabel = "N", description = "Recycling cycles. Default: 4, or as many as the draws have.")
    private Integer cycles;

    @Option(names = "--clusters", paramLabel = "N", description = "Rows of the alignment that stand for themselves. Default: 512.")
    private Integer clusters;

    @Option(names = "--extra", paramLabel = "N", description = "Further rows. Default: 1024.")
    private Integer extra;

    @Option(names = "--templates", paramLabel = "N",
            description = "Slots for templates; 0: no template features. Default: as many as there are templates, at least one.")
    private Integer slots;

    @Option(names = "--masked", paramLabel = "SHARE", description = "Share of the residues of the clusters that are masked. Default: 0.15.")
    private Double masked;

    /** The sample that the options name, if they name one. */
    public Optional<SampleRequest> sample() {
        if (fasta == null && alignments.isEmpty()) {
            return Optional.empty();
        }
        var here = Path.of("");
        var requests = templates.stream().map(text -> TemplateRequest.parse(text, here)).collect(ImmutableList.toImmutableList());
        return Optional.of(new SampleRequest(name(), Optional.ofNullable(fasta), ImmutableList.copyOf(alignments), requests,
                firstResidue == null ? 1 : firstResidue, Optional.ofNullable(residues).map(ResidueRange::parse)));
    }

    private String name() {
        String file = (fasta == null ? alignments.getFirst() : fasta).getFileName().toString();
        int dot = file.indexOf('.');
        return dot > 0 ? file.substring(0, dot) : file;
    }

    /** Which options are given that name or describe a sample; a list of samples has its own. */
    public ImmutableList<String> given() {
        var given = ImmutableList.<String>builder();
        add(given, "--fasta", fasta != null);
        add(given, "--a3m", !alignments.isEmpty());
        add(given, "--template", !templates.isEmpty());
        add(given, "--residues", residues != null);
        add(given, "--first-residue", firstResidue != null);
        return given.build();
    }

    /** Which options are given that only matter if features are made. */
    public ImmutableList<String> givenMaking() {
        var given = ImmutableList.<String>builder().addAll(given());
        add(given, "--seed", seed != null);
        add(given, "--draws", draws != null);
        add(given, "--cycles", cycles != null);
        add(given, "--clusters", clusters != null);
        add(given, "--extra", extra != null);
        add(given, "--templates", slots != null);
        add(given, "--masked", masked != null);
        return given.build();
    }

    private static void add(ImmutableList.Builder<String> given, String option, boolean isGiven) {
        if (isGiven) {
            given.add(option);
        }
    }

    /**
     * Makes samples as the options say, or finds what was made before.
     *
     * @param caches the folder where everything is kept that can be made again
     */
    public CachedFeatures made(Path caches, Consumer<String> note) {
        return made(caches, note, OwnCode.featuresDigest());
    }

    /** @param code in the place of our own version */
    CachedFeatures made(Path caches, Consumer<String> note, String code) {
        var given = draws();
        return new CachedFeatures(settings(given), given, new FeatureCache(caches.resolve("features"), note), code);
    }

    private Optional<Draws> draws() {
        return Optional.ofNullable(draws).map(file -> new DrawsFile(ResidueTable.load()).read(InputText.read(file)));
    }

    private FeatureSettings settings(Optional<Draws> draws) {
        var standard = FeatureSettings.standard();
        int cycleCount = cycles != null ? cycles : draws.map(given -> given.cycles().size()).orElse(standard.cycles());
        return new FeatureSettings(cycleCount, clusters == null ? standard.clusters() : clusters, extra == null ? standard.extra() : extra,
                slots == null ? OptionalInt.empty() : OptionalInt.of(slots), masked == null ? standard.replaced() : masked,
                seed == null ? standard.seed() : seed);
    }
}
