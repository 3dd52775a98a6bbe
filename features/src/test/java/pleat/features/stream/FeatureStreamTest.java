package pleat.features.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import pleat.features.stream.FeatureStream.Delivery;
import pleat.features.stream.FeatureStream.Failed;
import pleat.features.stream.FeatureStream.Made;

/** The order of things, with latches in the place of time. */
@Timeout(60)
final class FeatureStreamTest {
    @Test
    void everythingIsHandedOutOnce() throws InterruptedException {
        try (var stream = new FeatureStream<>(100, index -> index * index, 4, 8)) {
            var found = all(stream);
            assertEquals(IntStream.range(0, 100).boxed().toList(), found.stream().map(Delivery::index).sorted().toList());
            found.forEach(one -> assertEquals(new Made<>(one.index() * one.index()), one.outcome()));
        }
    }

    @Test
    void aWindowOfOneKeepsTheOrder() throws InterruptedException {
        try (var stream = new FeatureStream<>(50, index -> index, 4, 1)) {
            assertEquals(IntStream.range(0, 50).boxed().toList(), all(stream).stream().map(Delivery::index).toList());
        }
    }

    /** The first takes until all that the window lets out are handed out; then the rest follows. */
    @Test
    void oneThatTakesLongStallsNobodyWithinTheWindow() throws InterruptedException {
        var slow = new CountDownLatch(1);
        try (var stream = new FeatureStream<>(20, index -> index == 0 ? waited(slow, index) : index, 2, 6)) {
            var early = new ArrayList<Integer>();
            for (int i = 0; i < 5; i++) {
                early.add(stream.next().orElseThrow().index());
            }
            assertEquals(List.of(1, 2, 3, 4, 5), early.stream().sorted().toList());
            slow.countDown();
            assertEquals(15, all(stream).size());
        }
    }

    /** Nothing beyond the window is begun, whoever waits. */
    @Test
    void noMoreIsMadeThanTheWindowHolds() throws InterruptedException {
        var slow = new CountDownLatch(1);
        var begun = new AtomicInteger();
        var others = new Semaphore(0);
        try (var stream = new FeatureStream<>(20, index -> {
            begun.incrementAndGet();
            others.release();
            return index == 0 ? waited(slow, index) : index;
        }, 4, 3)) {
            others.acquire(3);
            assertEquals(2, IntStream.range(0, 2).map(_ -> next(stream)).filter(index -> index > 0).count());
            assertEquals(3, begun.get());
            slow.countDown();
            assertEquals(18, all(stream).size());
        }
    }

    @Test
    void aFailureIsHandedOutLikeAnyThing() throws InterruptedException {
        try (var stream = new FeatureStream<>(3, index -> {
            if (index == 1) {
                throw new StackOverflowError("deep");
            }
            return index;
        }, 2, 3)) {
            var found = all(stream);
            assertEquals(3, found.size());
            var failed = found.stream().filter(one -> one.index() == 1).findFirst().orElseThrow();
            assertEquals("deep", assertInstanceOf(Failed.class, failed.outcome()).reason().getMessage());
        }
    }

    @Test
    void whatIsUnderWayEndsWhenNobodyReads() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var stream = new FeatureStream<>(5, index -> {
            begun.countDown();
            try {
                return waited(new CountDownLatch(1), index);
            } finally {
                ended.countDown();
            }
        }, 1, 5);
        begun.await();
        stream.close();
        ended.await();
    }

    @Test
    void nothingIsAnEndToo() throws InterruptedException {
        try (var stream = new FeatureStream<>(0, index -> index, 1, 1)) {
            assertFalse(stream.next().isPresent());
            assertTrue(stream.next().isEmpty());
        }
    }

    private static <T> T waited(CountDownLatch latch, T value) {
        try {
            latch.await();
            return value;
        } catch (InterruptedException ended) {
            throw new IllegalStateException(ended);
        }
    }

    private static int next(FeatureStream<Integer> stream) {
        try {
            return stream.next().orElseThrow().index();
        } catch (InterruptedException ended) {
            throw new IllegalStateException(ended);
        }
    }

    private static <T> List<Delivery<T>> all(FeatureStream<T> stream) throws InterruptedException {
        var found = new ArrayList<Delivery<T>>();
        for (var next = stream.next(); next.isPresent(); next = stream.next()) {
            found.add(next.get());
        }
        return found;
    }
}
