package pleat.cli.devices;

import java.lang.foreign.MemorySegment;
import pleat.cli.run.SyntheticTensors;
import pleat.ir.plan.Plan;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;

/**
 * Made-up arguments.
 *
 * @param width of weights, as a part of the usual one; what scales a norm has its usual size
 */
record Numbers(long seed, double width) {
    static Numbers parse(String text) {
        var words = text.split(" ");
        return new Numbers(Long.parseLong(words[0]), Double.parseDouble(words[1]));
    }

    String text() {
        return seed + " " + width;
    }

    /** As they are stored. */
    TensorData of(Plan.Buffer whole) {
        var usual = SyntheticTensors.of(whole, seed);
        var tensor = isScaled(whole) ? scaled(usual) : usual;
        var stored = TensorHeader.of(whole.type().dtype(), whole.type().shape());
        var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(stored.byteSize())]);
        tensor.copyTo(bytes, stored.dtype());
        return new TensorData(stored, bytes);
    }

    private boolean isScaled(Plan.Buffer whole) {
        return whole.place().kind() == Plan.Kind.WEIGHT && whole.type().dtype().isFloating() && SyntheticTensors.recipe(whole, seed).middle() == 0;
    }

    private TensorData scaled(TensorData tensor) {
        float[] values = tensor.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] *= (float) width;
        }
        return TensorData.ofFloats(values, tensor.shape().toArray());
    }
}
