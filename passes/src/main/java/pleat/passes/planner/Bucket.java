package pleat.passes.planner;

import java.util.Arrays;
import java.util.List;

/**
 * One step of variable elimination: the tables that name a variable are added, and the variable is minimised out. The last step of a
 * block has no variable; it adds what is left. Tables are numbered: first those that are given, then one for each bucket.
 */
final class Bucket {
    /** What stands for "impossible"; sums of two stay in range. */
    static final long INFINITE = Certificate.Window.NO_CHOICE;

    /** -1 in the last step. */
    final int variable;
    final int size;
    final int[] scope;
    final int[] sizes;
    final int cells;
    final int[] inputs;

    /** By input: how far apart two options of the eliminated variable are. */
    final int[] variableStrides;

    /** By input and variable of the scope. */
    final int[][] strides;

    Bucket(int variable, int[] scope, int[] inputs, List<int[]> inputScopes, int[] optionCounts) {
        this.variable = variable;
        this.size = variable < 0 ? 1 : optionCounts[variable];
        this.scope = scope;
        this.sizes = new int[scope.length];
        int product = 1;
        for (int i = 0; i < scope.length; i++) {
            sizes[i] = optionCounts[scope[i]];
            product = Math.multiplyExact(product, sizes[i]);
        }
        this.cells = product;
        this.inputs = inputs;
        this.variableStrides = new int[inputs.length];
        this.strides = new int[inputs.length][scope.length];
        for (int i = 0; i < inputs.length; i++) {
            setStrides(i, inputScopes.get(i), optionCounts);
        }
    }

    private void setStrides(int input, int[] inputScope, int[] optionCounts) {
        int stride = 1;
        for (int position = inputScope.length - 1; position >= 0; position--) {
            int named = inputScope[position];
            if (named == variable) {
                variableStrides[input] = stride;
            }
            for (int i = 0; i < scope.length; i++) {
                if (scope[i] == named) {
                    strides[input][i] = stride;
                }
            }
            stride *= optionCounts[named];
        }
    }

    /** The cell of this bucket's table that a choice of all variables belongs to. */
    int cell(int[] choices) {
        int cell = 0;
        for (int i = 0; i < scope.length; i++) {
            cell = cell * sizes[i] + choices[scope[i]];
        }
        return cell;
    }

    /** The cell of an input that belongs to a choice, with the eliminated variable's option. */
    int inputCell(int input, int[] choices, int option) {
        int cell = option * variableStrides[input];
        for (int i = 0; i < scope.length; i++) {
            cell += choices[scope[i]] * strides[input][i];
        }
        return cell;
    }

    /** Least sums, one for each cell; {@code best} is given the option that attains it, the first of equals. */
    long[] minimise(long[][] tables, byte[] best) {
        long[] least = new long[cells];
        long[] sums = new long[size];
        int[] bases = new int[inputs.length];
        int[] digits = new int[scope.length];
        for (int cell = 0; cell < cells; cell++) {
            least[cell] = minimiseCell(tables, bases, sums, best, cell);
            advance(digits, bases);
        }
        return least;
    }

    private long minimiseCell(long[][] tables, int[] bases, long[] sums, byte[] best, int cell) {
        Arrays.fill(sums, 0);
        for (int i = 0; i < inputs.length; i++) {
            long[] table = tables[inputs[i]];
            int at = bases[i];
            for (int option = 0; option < size; option++, at += variableStrides[i]) {
                sums[option] = Math.min(sums[option] + table[at], INFINITE);
            }
        }
        long least = sums[0];
        int first = 0;
        for (int option = 1; option < size; option++) {
            if (sums[option] < least) {
                least = sums[option];
                first = option;
            }
        }
        best[cell] = (byte) first;
        return least;
    }

    /** Moves to the next cell, and each input's base with it. */
    void advance(int[] digits, int[] bases) {
        for (int position = digits.length - 1; position >= 0; position--) {
            if (++digits[position] < sizes[position]) {
                for (int i = 0; i < bases.length; i++) {
                    bases[i] += strides[i][position];
                }
                return;
            }
            digits[position] = 0;
            for (int i = 0; i < bases.length; i++) {
                bases[i] -= strides[i][position] * (sizes[position] - 1);
            }
        }
    }
}
