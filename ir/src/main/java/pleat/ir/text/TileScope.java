package pleat.ir.text;

import com.google.common.collect.ImmutableList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import pleat.ir.kernel.Tile;

/** The tiles that a kernel's text has named so far. */
final class TileScope {
    private final AxisScope axes;
    private final Map<String, Tile> tiles = new HashMap<>();

    TileScope(AxisScope axes) {
        this.axes = axes;
    }

    Tile define(Token name, List<Integer> tileAxes) {
        var tile = new Tile(name.text(), tileAxes);
        if (tiles.putIfAbsent(name.text(), tile) != null) {
            throw Tokens.refuse(TextCode.DEFINED_TWICE, name.span(), "`%" + name.text() + "` is defined twice");
        }
        return tile;
    }

    /** @param written the axes that the text gives the tile where it is used */
    Tile use(Token name, ImmutableList<Integer> written) {
        Tile tile = tiles.get(name.text());
        if (tile == null) {
            throw Tokens.refuse(TextCode.NOT_DEFINED, name.span(), "tile `%" + name.text() + "` is not defined");
        }
        if (!tile.axes().equals(written)) {
            throw Tokens.refuse(TextCode.EXPECTED, name.span(),
                    "tile `%" + name.text() + "` has the axes " + text(tile.axes()) + ", not " + text(written));
        }
        return tile;
    }

    /** {@code `[i, j]`}. */
    String text(Collection<Integer> positions) {
        return positions.stream().map(axes::name).collect(Collectors.joining(", ", "`[", "]`"));
    }
}
