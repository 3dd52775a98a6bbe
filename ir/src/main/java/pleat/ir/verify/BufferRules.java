package pleat.ir.verify;

import java.util.HashSet;
import java.util.Set;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Buffer;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.plan.Slice;

/** Each buffer for itself: its size is what its type and layout need, it lies in the arena, and the outside knows it by one name. */
final class BufferRules {
    private record Name(Kind kind, String external) {}

    private final Plan plan;
    private final Findings findings;
    private final Set<Name> names = new HashSet<>();

    private BufferRules(Plan plan, Findings findings) {
        this.plan = plan;
        this.findings = findings;
    }

    static void check(Plan plan, Findings findings) {
        var rules = new BufferRules(plan, findings);
        plan.buffers().forEach(rules::check);
        if (plan.arena().liveBytes() > plan.arena().bytes()) {
            findings.report(PlanCode.PLACE, plan, "%s bytes are live at one time, but the arena has %s", plan.arena().liveBytes(),
                    plan.arena().bytes());
        }
    }

    private void check(Buffer buffer) {
        var refusal = KernelVerifier.refusal(buffer.type(), buffer.layout());
        if (!refusal.isEmpty()) {
            findings.report(PlanCode.BUFFER, buffer, "buffer `%%%s`: %s", buffer.name(), refusal);
            return;
        }
        long bytes = new Slice(buffer.type(), buffer.layout()).bytes();
        if (bytes != buffer.place().bytes()) {
            findings.report(PlanCode.BUFFER, buffer, "`%%%s` has %s bytes, but its type and layout need %s", buffer.name(), buffer.place().bytes(),
                    bytes);
        }
        place(buffer);
        external(buffer);
    }

    private void place(Buffer buffer) {
        long offset = buffer.place().offset();
        if (offset < 0 || offset % Plan.ALIGNMENT_BYTES != 0) {
            findings.report(PlanCode.PLACE, buffer, "`%%%s` starts at byte %s, but buffers start at multiples of %s", buffer.name(), offset,
                    Plan.ALIGNMENT_BYTES);
        }
        // Sizes are below 2^62, offsets may be anything.
        if (offset > plan.arena().bytes() - Plan.SLACK_BYTES - buffer.place().bytes()) {
            findings.report(PlanCode.PLACE, buffer, "`%%%s` ends less than %s bytes before the end of the arena", buffer.name(), Plan.SLACK_BYTES);
        }
    }

    private void external(Buffer buffer) {
        var external = buffer.place().external();
        switch (buffer.place().kind()) {
            case INPUT, CONSUMED, WEIGHT, COTANGENT, OUTPUT, STATE -> {
                if (external.isEmpty()) {
                    findings.report(PlanCode.EXTERNAL, buffer, "`%%%s` has no external name", buffer.name());
                } else if (!names.add(new Name(buffer.place().kind(), external))) {
                    findings.report(PlanCode.EXTERNAL, buffer, "there is another `%s` of this kind", external);
                }
            }
            case TEMPORARY, SCRATCH -> {
                if (!external.isEmpty()) {
                    findings.report(PlanCode.EXTERNAL, buffer, "`%%%s` never leaves the arena, but has the external name `%s`", buffer.name(), external);
                }
            }
        }
    }
}
