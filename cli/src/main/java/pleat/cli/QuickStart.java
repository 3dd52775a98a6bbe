package pleat.cli;

import java.util.Arrays;

/** Runs several commands in one process: the cache that makes the start of each quick is made from one. */
public final class QuickStart {
    private QuickStart() {}

    /** @param arguments the commands, with {@code then} between them */
    public static void main(String[] arguments) {
        int worst = 0;
        for (int begin = 0; begin < arguments.length;) {
            int end = begin;
            while (end < arguments.length && !arguments[end].equals("then")) {
                end++;
            }
            worst = Math.max(worst, Main.commandLine().execute(Arrays.copyOfRange(arguments, begin, end)));
            begin = end + 1;
        }
        System.exit(worst);
    }
}
