package pleat.runtime.collective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What becomes of an exchange that the thread beside a device does is known to the device. */
final class FlightQueueTest {
    private static Collectives.Flight started(FlightQueue queue) {
        return queue.start(null, MemorySegment.NULL, MemorySegment.NULL, false);
    }

    @Test
    void anErrorOfTheThreadBesideReachesTheDevice() throws InterruptedException {
        var tried = new CountDownLatch(1);
        try (var queue = new FlightQueue("test", (_, _, _, _) -> {
            tried.countDown();
            throw new OutOfMemoryError("no heap");
        })) {
            var flight = started(queue);
            tried.await();
            var failure = assertThrows(IllegalStateException.class, flight::await);
            assertInstanceOf(OutOfMemoryError.class, failure.getCause());
        }
    }

    @Test
    void exchangesLandInTheOrderInWhichTheyStart() {
        var count = new int[1];
        try (var queue = new FlightQueue("test", (_, _, _, _) -> new Collectives.Landing(++count[0], 0, 0))) {
            var first = started(queue);
            var second = started(queue);
            assertEquals(2, second.await().sentBytes());
            assertEquals(1, first.await().sentBytes());
        }
    }
}
