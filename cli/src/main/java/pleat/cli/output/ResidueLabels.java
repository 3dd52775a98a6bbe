package pleat.cli.output;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Optional;
import pleat.cli.output.OutputRoles.Named;
import pleat.ir.diagnostic.UserException;

/**
 * What the residues of a run are called, one entry each.
 *
 * @param chains from 0, in the order of their first residues
 * @param names empty where the model has none
 * @param confidences from 0 to 100; empty where the model says none
 */
record ResidueLabels(boolean[] present, int[] chains, int[] numbers, ImmutableList<String> names, double[] confidences) {

    static ResidueLabels of(OutputRoles roles, RunTensors tensors) {
        var residues = roles.residues();
        var numbers = residues.numbers().map(role -> role.of(tensors).indices());
        var names = residues.names().map(named -> names(named, tensors));
        var confidences = roles.confidence().map(role -> scaled(role.of().of(tensors), role.full()));
        int count = numbers.map(all -> all.length).or(() -> names.map(ImmutableList::size)).or(() -> confidences.map(all -> all.length)).orElse(0);
        var present = new boolean[count];
        Arrays.fill(present, true);
        residues.present().map(role -> role.of(tensors)).ifPresent(mask -> {
            for (int i = 0; i < count; i++) {
                present[i] = mask.at(i) > 0.5;
            }
        });
        var numbered = new int[count];
        Arrays.setAll(numbered, i -> numbers.map(all -> all[i]).orElse(i) + residues.firstNumber());
        return new ResidueLabels(present, chains(residues.chains().flatMap(role -> role.find(tensors)), count), numbered,
                names.orElse(ImmutableList.of()), confidences.orElse(new double[0]));
    }

    private static ImmutableList<String> names(Named named, RunTensors tensors) {
        return Arrays.stream(named.numbers().of(tensors).indices()).mapToObj(number -> {
            if (number < 0 || number >= named.code().size()) {
                throw new UserException("`" + named.numbers().tensor() + "` has a residue of type " + number + ", and there are " + named.code().size());
            }
            return named.code().get(number);
        }).collect(ImmutableList.toImmutableList());
    }

    private static double[] scaled(Numbers confidences, double full) {
        return Arrays.stream(confidences.values()).map(value -> 100 * value / full).toArray();
    }

    /** Chains counted from 0, whatever the model calls them. */
    private static int[] chains(Optional<Numbers> given, int count) {
        var chains = new int[count];
        var known = new LinkedHashMap<Integer, Integer>();
        given.map(Numbers::indices).ifPresent(all -> Arrays.setAll(chains, i -> known.computeIfAbsent(all[i], _ -> known.size())));
        return chains;
    }

    int count() {
        return present.length;
    }

    boolean isPresent(int i) {
        return present[i];
    }

    int chain(int i) {
        return chains[i];
    }

    int number(int i) {
        return numbers[i];
    }

    String name(int i) {
        return names.isEmpty() || names.get(i).isEmpty() ? "UNK" : names.get(i);
    }

    double confidence(int i) {
        return confidences.length == 0 ? 0 : confidences[i];
    }
}
