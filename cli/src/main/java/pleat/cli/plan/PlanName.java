package pleat.cli.plan;

import java.util.regex.Pattern;
import pleat.ir.diagnostic.UserException;
import pleat.passes.space.NamedPlan;

/** A named plan as it is written on the command line. */
final class PlanName {
    /** As frameworks number how much of the state of weights is spread. */
    private static final Pattern STAGE = Pattern.compile("(?i)zero[-_ ]?[0-9]");

    private PlanName() {}

    /** @throws UserException if there is no such plan, with those that there are */
    static NamedPlan parse(String text) {
        return NamedPlan.parse(text).orElseThrow(() -> refusal(text));
    }

    private static UserException refusal(String text) {
        return new UserException("there is no plan `" + text + "`\n  = note: there are " + NamedPlan.words() + (STAGE.matcher(text).matches()
                ? "\n  = note: `zero` spreads weights, their gradients and the optimizer's state (ZeRO-3); there is no plan that spreads only some of them" : ""));
    }
}
