package pleat.cli.figure;

import com.google.common.collect.ImmutableList;

/** Colours for numbers from 0 to 1, between anchors at equal distances. */
public record ColourScale(ImmutableList<Integer> anchors) {
    /** Viridis (Smith, van der Walt 2015): equal steps look equal, also to the colour-blind and in grey. */
    public static final ColourScale VIRIDIS = new ColourScale(ImmutableList.of(0x440154, 0x482878, 0x3e4a89, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779,
            0x6dcd59, 0xb4de2c, 0xfde725));
    /** White to dark blue. */
    public static final ColourScale BLUES = new ColourScale(ImmutableList.of(0xf7fbff, 0xdeebf7, 0xc6dbef, 0x9ecae1, 0x6baed6, 0x4292c6, 0x2171b5,
            0x08519c, 0x08306b));

    public int at(double value) {
        double place = Math.clamp(value, 0, 1) * (anchors.size() - 1);
        int low = (int) Math.min(place, anchors.size() - 2);
        double part = place - low;
        return channel(low, part, 16) << 16 | channel(low, part, 8) << 8 | channel(low, part, 0);
    }

    private int channel(int low, double part, int shift) {
        int from = anchors.get(low) >> shift & 255;
        int to = anchors.get(low + 1) >> shift & 255;
        return (int) Math.round(from + part * (to - from));
    }

    public ColourScale reversed() {
        return new ColourScale(anchors.reverse());
    }
}
