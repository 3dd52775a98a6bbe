package pleat.ir.text;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashSet;
import pleat.ir.index.Reduction;
import pleat.ir.plan.Exchange;
import pleat.ir.plan.Pattern;
import pleat.ir.plan.Pattern.Cut;

/** {@code all_gather dim 1 (4, 4, 3) among (0, 1, 2) as 1}. */
final class ExchangeParser {
    private final Tokens tokens;

    ExchangeParser(Tokens tokens) {
        this.tokens = tokens;
    }

    Exchange parse() {
        Pattern pattern = pattern();
        tokens.expectWord("among");
        int start = tokens.position();
        ImmutableList<Integer> devices = tokens.list("(", tokens::smallInteger, ")");
        if (new LinkedHashSet<>(devices).size() != devices.size()) {
            throw Tokens.refuse(TextCode.DEFINED_TWICE, tokens.spanFrom(start), "a device is twice in the group");
        }
        tokens.expectWord("as");
        var at = tokens.peek().span();
        int self = tokens.smallInteger();
        if (self >= devices.size()) {
            throw Tokens.refuse(TextCode.NUMBER, at, "the group has " + devices.size() + " members, counted from 0, and no member " + self);
        }
        return new Exchange(pattern, new Exchange.Group(devices, self));
    }

    private Pattern pattern() {
        if (tokens.acceptWord("all_gather")) {
            return new Pattern.AllGather(cut());
        }
        if (tokens.acceptWord("reduce_scatter")) {
            Cut cut = cut();
            return new Pattern.ReduceScatter(cut, reduction());
        }
        if (tokens.acceptWord("all_reduce")) {
            return new Pattern.AllReduce(reduction());
        }
        if (tokens.acceptWord("all_to_all")) {
            Cut from = cut();
            return new Pattern.AllToAll(from, cut());
        }
        if (tokens.acceptWord("halo")) {
            Cut cut = cut();
            long before = tokens.integer();
            return new Pattern.Halo(cut, before, tokens.integer());
        }
        if (tokens.acceptWord("fold_halo")) {
            Cut cut = cut();
            long before = tokens.integer();
            return new Pattern.FoldHalo(cut, before, tokens.integer());
        }
        throw tokens.expected("`all_gather`, `reduce_scatter`, `all_reduce`, `all_to_all`, `halo` or `fold_halo`");
    }

    private Reduction reduction() {
        for (Reduction reduction : new Reduction[] {Reduction.SUM, Reduction.MAX, Reduction.MIN}) {
            if (tokens.acceptWord(reduction.text())) {
                return reduction;
            }
        }
        throw tokens.expected("`sum`, `max` or `min`");
    }

    private Cut cut() {
        tokens.expectWord("dim");
        int dim = tokens.smallInteger();
        return new Cut(dim, tokens.list("(", tokens::integer, ")"));
    }
}
