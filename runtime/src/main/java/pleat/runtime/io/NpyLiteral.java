package pleat.runtime.io;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import pleat.ir.diagnostic.UserException;

/** Reads the Python literal in an npy header: only a dictionary of its three fields, each of its own form, is one. */
final class NpyLiteral {
    private final FileBytes file;
    private final String what;
    private final String text;
    private int at;

    NpyLiteral(FileBytes file, String what, String text) {
        this.file = file;
        this.what = what;
        this.text = text;
    }

    record Fields(String descr, boolean fortranOrder, ImmutableList<Long> shape) {}

    Fields dictionary() {
        var descr = Optional.<String>empty();
        var fortranOrder = Optional.<Boolean>empty();
        var shape = Optional.<ImmutableList<Long>>empty();
        expect('{');
        while (!accept('}')) {
            var key = string();
            expect(':');
            switch (key) {
                case "descr" -> descr = Optional.of(descr());
                case "fortran_order" -> fortranOrder = Optional.of(truth());
                case "shape" -> shape = Optional.of(tuple());
                default -> throw damaged("field " + FileBytes.quote(key) + " is not one of npy");
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        skipSpace();
        if (at < text.length()) {
            throw damaged("text follows the fields");
        }
        if (descr.isEmpty() || fortranOrder.isEmpty() || shape.isEmpty()) {
            throw damaged("it needs fields `descr`, `fortran_order` and `shape`");
        }
        return new Fields(descr.get(), fortranOrder.get(), shape.get());
    }

    private String descr() {
        skipSpace();
        if (at < text.length() && text.charAt(at) == '[') {
            throw file.refuse("has a structured array in %s; only arrays of one number type are read", what);
        }
        return string();
    }

    private String string() {
        skipSpace();
        var quote = at < text.length() ? text.charAt(at) : ' ';
        var end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
        if (end < 0) {
            throw damaged("a quoted word is missing at character " + at);
        }
        var word = text.substring(at + 1, end);
        at = end + 1;
        return word;
    }

    private boolean truth() {
        skipSpace();
        for (var value : new boolean[] {true, false}) {
            var word = value ? "True" : "False";
            if (text.startsWith(word, at)) {
                at += word.length();
                return value;
            }
        }
        throw damaged("`fortran_order` is neither `True` nor `False`");
    }

    private ImmutableList<Long> tuple() {
        var extents = ImmutableList.<Long>builder();
        expect('(');
        while (!accept(')')) {
            extents.add(extent());
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        return extents.build();
    }

    private long extent() {
        skipSpace();
        var start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start || at - start > 18) {
            throw damaged("an extent is missing or too long at character " + start);
        }
        var extent = Long.parseLong(text, start, at, 10);
        // Python 2 wrote long integers with a suffix.
        accept('L');
        return extent;
    }

    private void expect(char wanted) {
        if (!accept(wanted)) {
            throw damaged("`" + wanted + "` is missing at character " + at);
        }
    }

    private boolean accept(char wanted) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == wanted) {
            at++;
            return true;
        }
        return false;
    }

    private void skipSpace() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
            at++;
        }
    }

    private UserException damaged(String why) {
        return file.refuse("is damaged: the npy header of %s cannot be read: %s", what, why);
    }
}
