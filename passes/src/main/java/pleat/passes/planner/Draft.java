package pleat.passes.planner;

import java.util.ArrayList;
import java.util.List;

/** A plan while it is being worked on: columns in the order of the chain, with what they cost without the fixed costs. */
record Draft(List<Piece> pieces, long timePicos, long savedBytes, long peakBytes) {
    /** Copies of one link that follow each other and have the same column. */
    record Piece(int link, Column column, long count) {}

    static Draft of(List<Piece> pieces) {
        var merged = new ArrayList<Piece>();
        long time = 0;
        long saved = 0;
        long peak = 0;
        for (var piece : pieces) {
            if (piece.count() == 0) {
                continue;
            }
            time += piece.count() * piece.column().timePicos();
            saved += piece.count() * piece.column().savedBytes();
            peak = Math.max(peak, piece.column().peakBytes());
            boolean continues = !merged.isEmpty() && merged.getLast().link() == piece.link()
                    && merged.getLast().column().equals(piece.column());
            long before = continues ? merged.removeLast().count() : 0;
            merged.add(new Piece(piece.link(), piece.column(), before + piece.count()));
        }
        return new Draft(List.copyOf(merged), time, saved, peak);
    }

    long bytes() {
        return savedBytes + peakBytes;
    }

    /** Less time, or as much of it and fewer bytes. */
    boolean isBetterThan(Draft other) {
        return timePicos != other.timePicos ? timePicos < other.timePicos : bytes() < other.bytes();
    }
}
