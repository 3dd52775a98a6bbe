package pleat.passes.planner;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a draft faster by giving some copies of a piece another column between the same boundary choices, one piece or two pieces at a
 * time, as long as that helps and the bytes suffice.
 */
final class Exchange {
    private static final int MOST_ROUNDS = 40;

    /** Boundary choices of a block. */
    record Edge(int block, int in, int out) {}

    private record Move(int piece, Column column, long count, long time, long saved) {}

    private final ChainSearch chain;
    private final Map<Edge, List<Column>> columns;

    Exchange(ChainSearch chain, Map<Edge, List<Column>> columns) {
        this.chain = chain;
        this.columns = new LinkedHashMap<>(columns);
    }

    Draft improve(Draft draft) {
        var best = draft;
        for (int round = 0; round < MOST_ROUNDS; round++) {
            var next = round(best);
            if (next == best) {
                return best;
            }
            best = next;
        }
        return best;
    }

    static Edge edge(PlanningProblem problem, Draft.Piece piece) {
        return new Edge(problem.chain().get(piece.link()).block(), piece.column().in(), piece.column().out());
    }

    private Draft round(Draft draft) {
        long slack = chain.capacity - draft.bytes();
        var singles = moves(draft);
        List<Move> best = List.of();
        long gain = 0;
        for (var move : singles) {
            long copies = move.saved() <= 0 ? move.count() : Math.min(move.count(), slack / move.saved());
            if (move.time() < 0 && copies > 0 && copies * move.time() < gain) {
                gain = copies * move.time();
                best = List.of(new Move(move.piece(), move.column(), copies, move.time(), move.saved()));
            }
        }
        if (best.isEmpty()) {
            best = bestPair(singles, slack);
        }
        return best.isEmpty() ? draft : apply(draft, best);
    }

    /** One copy becomes faster and another one gives it the bytes. */
    private static List<Move> bestPair(List<Move> singles, long slack) {
        List<Move> best = List.of();
        long gain = 0;
        var faster = singles.stream().filter(move -> move.time() < 0 && move.saved() > slack).toList();
        var smaller = singles.stream().filter(move -> move.time() > 0 && move.saved() < 0).toList();
        for (var up : faster) {
            for (var down : smaller) {
                boolean sameCopy = up.piece() == down.piece() && up.count() == 1;
                if (!sameCopy && up.saved() + down.saved() <= slack && up.time() + down.time() < gain) {
                    gain = up.time() + down.time();
                    best = List.of(one(up), one(down));
                }
            }
        }
        return best;
    }

    private static Move one(Move move) {
        return new Move(move.piece(), move.column(), 1, move.time(), move.saved());
    }

    private List<Move> moves(Draft draft) {
        var moves = new ArrayList<Move>();
        for (int i = 0; i < draft.pieces().size(); i++) {
            var piece = draft.pieces().get(i);
            for (var column : columns.getOrDefault(edge(chain.problem, piece), List.of())) {
                if (column.peakBytes() <= draft.peakBytes()) {
                    moves.add(new Move(i, column, piece.count(), column.timePicos() - piece.column().timePicos(),
                            column.savedBytes() - piece.column().savedBytes()));
                }
            }
        }
        return moves;
    }

    private static Draft apply(Draft draft, List<Move> moves) {
        var pieces = new ArrayList<Draft.Piece>();
        for (int i = 0; i < draft.pieces().size(); i++) {
            var piece = draft.pieces().get(i);
            long rest = piece.count();
            for (var move : moves) {
                if (move.piece() == i) {
                    pieces.add(new Draft.Piece(piece.link(), move.column(), move.count()));
                    rest -= move.count();
                }
            }
            pieces.add(new Draft.Piece(piece.link(), piece.column(), rest));
        }
        return Draft.of(pieces);
    }
}
