package pleat.features.sample;

import java.util.OptionalInt;
import pleat.ir.diagnostic.UserException;

/**
 * Sizes of the features, and how chance goes.
 *
 * @param cycles recycling cycles, each with draws of its own: the last dim of every tensor
 * @param clusters rows of the alignment that stand for themselves
 * @param extra further rows
 * @param templates slots for templates; empty: as many as there are templates, and one that stays empty where there is
 *        none, since a model that takes templates needs a slot
 * @param replaced share of the places of the clusters that the model is to predict
 */
public record FeatureSettings(int cycles, int clusters, int extra, OptionalInt templates, double replaced, long seed) {
    private static final int LARGEST = 1 << 20;

    public FeatureSettings {
        check("--cycles", cycles, 1);
        check("--clusters", clusters, 1);
        check("--extra", extra, 1);
        templates.ifPresent(slots -> check("--templates", slots, 0));
        if (!(replaced >= 0 && replaced <= 1)) {
            throw new UserException("--masked is " + replaced + ", and a share is between 0 and 1");
        }
    }

    /** OpenFold's settings for prediction: four cycles, 512 clusters, 1024 extra rows, and 0.15 of the places to be predicted. */
    public static FeatureSettings standard() {
        return new FeatureSettings(4, 512, 1024, OptionalInt.empty(), 0.15, 0);
    }

    private static void check(String option, int value, int least) {
        if (value < least || value > LARGEST) {
            throw new UserException(option + " is " + value + ", and " + least + " to " + LARGEST + " can be");
        }
    }
}
