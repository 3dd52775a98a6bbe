package pleat.ir.lane;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;

/** Types of what a row reads and gives. */
public record Signature(ImmutableList<LaneType> operands, ImmutableList<LaneType> results) {

    /** {@code "f32 f32 -> f32"}; {@code 4*f32} stands for four. */
    static Signature parse(String text) {
        int arrow = text.indexOf("->");
        return new Signature(types(text.substring(0, arrow)), types(text.substring(arrow + 2)));
    }

    private static ImmutableList<LaneType> types(String text) {
        var types = ImmutableList.<LaneType>builder();
        Arrays.stream(text.split(" ")).filter(word -> !word.isEmpty()).forEach(word -> {
            int star = word.indexOf('*');
            var type = Arrays.stream(LaneType.values()).filter(t -> t.text().equals(word.substring(star + 1))).findFirst().orElseThrow();
            for (int i = 0; i < (star < 0 ? 1 : Integer.parseInt(word.substring(0, star))); i++) {
                types.add(type);
            }
        });
        return types.build();
    }
}
