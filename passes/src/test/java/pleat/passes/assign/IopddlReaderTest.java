package pleat.passes.assign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableLongArray;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.diagnostic.UserException;

final class IopddlReaderTest {
    private static final String GOOD = """
            {"problem": {"name": "a \\"b\\"", "extra": [{"x": null}, -1.5e3],
              "edges": {"nodes": [[0, 1]], "costs": [[7, 1e18, Infinity, 1000000000000000000]]},
              "nodes": {"intervals": [[0, 4], [2, 2]], "costs": [[1, 2], [3, 4]], "usages": [[5, 6], [7, 8]]},
              "usage_limit": 9}}
            """;

    @TempDir
    private Path folder;

    private AssignmentProblem read(byte[] bytes) throws IOException {
        return IopddlReader.read(Files.write(folder.resolve("p.json"), bytes));
    }

    private AssignmentProblem read(String text) throws IOException {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] compressed(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    @Test
    void readsPlainAndCompressed() throws IOException {
        var problem = read(GOOD);
        assertEquals(problem, read(compressed(GOOD)));
        assertEquals(OptionalLong.of(9), problem.usageLimit());
        assertEquals(ImmutableLongArray.of(3, 4), problem.nodes().get(1).costs());
        long forbidden = AssignmentProblem.FORBIDDEN;
        assertEquals(List.of(true, true, true), problem.edges().getFirst().costs().asList().stream().skip(1).map(cost -> cost >= forbidden).toList());
        assertEquals(Optional.of(1 + 3 + 7L), AssignmentSolver.solve(problem, 1, () -> false, (_, _) -> {}).cost());
    }

    @Test
    void aProblemMayHaveNoLimit() throws IOException {
        assertEquals(OptionalLong.empty(), read(GOOD.replace(",\n  \"usage_limit\": 9", "")).usageLimit());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "usage_limit": 9 | "usage_limit": | 4:17 | a whole number is missing: here is `}`
            "usage_limit": 9 | "usage_limit": 9.5 | 4:19 | a whole number is missing: here is `9.5`
            "usage_limit": 9 | "name": "b" | 4:3 | `name` stands here twice
            [[5, 6], [7, 8]] | [[5, 6], [7]] | 3:90 | node 1 has 2 costs but 1 usages
            [[0, 1]] | [[0, 2]] | 2:23 | edge 0 names node 2, but nodes are 0 to 1
            [[0, 1]] | [[0]] | 2:39 | the table of edge 0 has 4 costs, but its nodes have 2 combinations of strategies
            [[0, 1]] | [[0, 1], [0, 1]] | 1:1 | there are 2 edges but 1 tables of costs
            [2, 2]] | [2]] | 3:35 | the interval of node 1 has 1 numbers, not 2
            "usages" | "use" | 1:1 | `problem.nodes.usages` is missing
            9}} | 9} | 5:1 | `}` is missing: the file ends here
            9}} | 9}}} | 4:21 | the file goes on behind its end: here is `}`
            """)
    void saysWhereAFileIsWrong(String part, String instead, String place, String message) {
        var failure = assertThrows(UserException.class, () -> read(GOOD.replace(part, instead)));
        assertEquals("error: " + message + "\n  --> " + folder.resolve("p.json") + ":" + place, failure.getMessage());
    }

    @Test
    void refusesDamagedFiles() throws IOException {
        byte[] whole = compressed(GOOD);
        assertTrue(assertThrows(UserException.class, () -> read(Arrays.copyOf(whole, whole.length / 2))).getMessage().contains("is damaged"));
        assertTrue(assertThrows(UserException.class, () -> read(Arrays.copyOf(whole, 5))).getMessage().endsWith("it ends too early"));
        assertTrue(assertThrows(UserException.class, () -> IopddlReader.read(folder.resolve("none"))).getMessage().contains("it does not exist"));
        assertTrue(assertThrows(UserException.class, () -> read("[".repeat(100_000))).getMessage().contains("is missing"));
        assertTrue(assertThrows(UserException.class, () -> read("{\"a\": " + "[".repeat(100_000))).getMessage().contains("nested"));
    }
}
