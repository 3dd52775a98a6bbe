package pleat.cli.tune;

import java.time.Duration;
import pleat.cli.Progress;

/** Says how many kernels are tuned, and how long that took. */
final class TuneProgress {
    private final int all;
    private final Progress progress;
    private final long start = System.nanoTime();
    private int done;

    TuneProgress(int all, Progress progress) {
        this.all = all;
        this.progress = progress;
        say("");
    }

    void done(String kernel) {
        done++;
        say(", last " + kernel);
    }

    private void say(String last) {
        var took = Duration.ofNanos(System.nanoTime() - start);
        progress.accept("tuned %d of %d kernels in %d:%02d%s".formatted(done, all, took.toMinutes(), took.toSecondsPart(), last));
    }
}
