package pleat.passes.planner;

import com.google.common.math.LongMath;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pleat.ir.diagnostic.UserException;

/** Samples of a problem at given prices and caps. Counts them, so that effort can be bounded without a clock. */
final class ChainSearch {
    private static final long LARGEST_COST = 1L << 59;

    /** Combinations of labels for one sample of one block; some ten milliseconds. */
    private static final long LABEL_WORK = 10_000_000;

    final PlanningProblem problem;
    final List<BlockTables> tables;

    /** For saved and transient bytes together. */
    final long capacity;
    private final long mostTime;
    private final long mostSaved;
    private int samples;

    ChainSearch(PlanningProblem problem) {
        this.problem = problem;
        this.tables = problem.blocks().stream().map(BlockTables::new).toList();
        this.capacity = problem.budgetBytes() - problem.fixedBytes();
        long time = 0;
        long saved = 0;
        for (var link : problem.chain()) {
            var block = tables.get(link.block());
            time = LongMath.saturatedAdd(time, LongMath.saturatedMultiply(link.count(), block.mostTimePicos()));
            saved = LongMath.saturatedAdd(saved, LongMath.saturatedMultiply(link.count(), block.mostSavedBytes()));
        }
        if (time > LARGEST_COST || saved > LARGEST_COST) {
            throw new UserException("the model is too large to be planned: the picoseconds or the bytes of all its blocks may sum to more than 2^59");
        }
        mostTime = Math.max(1, time);
        mostSaved = Math.max(1, saved);
    }

    int samples() {
        return samples;
    }

    /** No chain takes longer. */
    long mostTime() {
        return mostTime;
    }

    long mostSaved() {
        return mostSaved;
    }

    Weights timeOnly() {
        return new Weights(1, 0);
    }

    Weights bytesOnly() {
        return new Weights(0, 1);
    }

    /** The price at which two drafts cost the same, rounded as far as their costs must stay in range. */
    Weights price(Draft many, Draft few) {
        long picos = Math.max(0, few.timePicos() - many.timePicos());
        long bytes = many.savedBytes() - few.savedBytes();
        double largest = (double) bytes * Math.max(many.timePicos(), few.timePicos()) + (double) picos * many.savedBytes();
        double scale = Math.min(1, LARGEST_COST / largest);
        var weights = new Weights(Math.max(1, (long) (bytes * scale)), (long) (picos * scale));
        long divisor = BigInteger.valueOf(weights.time()).gcd(BigInteger.valueOf(weights.bytes())).longValue();
        return new Weights(weights.time() / divisor, weights.bytes() / divisor);
    }

    /** That many picoseconds for a byte; empty if the costs of some choice would not stay in range. */
    Optional<Weights> at(double picosPerByte) {
        double scale = LARGEST_COST / (mostTime + picosPerByte * mostSaved);
        return scale < 1 ? Optional.empty() : Optional.of(new Weights((long) scale, Math.max(1, (long) (picosPerByte * scale))));
    }

    /** Empty if watching so many instants is more work than a sample may be. */
    Optional<Sample> sample(List<TransientCap> caps, Weights weights) {
        samples++;
        var blocks = new ArrayList<BlockSearch>();
        for (int block = 0; block < tables.size(); block++) {
            var search = BlockSearch.of(tables.get(block), caps.get(block), weights, LABEL_WORK);
            if (search.isEmpty()) {
                return Optional.empty();
            }
            blocks.add(search.get());
        }
        var chain = new Chain(problem.chain(), blocks.stream().map(block -> block.matrix).toArray(long[][][]::new));
        if (chain.value() >= Bucket.INFINITE) {
            return Optional.of(new Sample(weights, Bucket.INFINITE, Draft.of(List.of()), blocks));
        }
        var pieces = chain.path().stream().map(step -> new Draft.Piece(step.link(),
                blocks.get(problem.chain().get(step.link()).block()).column(step.in(), step.out()), step.count())).toList();
        return Optional.of(new Sample(weights, chain.value(), Draft.of(pieces), blocks));
    }
}
