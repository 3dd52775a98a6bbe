package pleat.passes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.UserException;

class PassTableTest {
    private static String parsed(String list) {
        return PassTable.parse(list).stream().map(Pass::name).collect(Collectors.joining(" "));
    }

    @Test
    void optionsStandInBraces() {
        assertEquals("bind-sizes{N=64,M=3} inline fuse-maps{one-use}", parsed("bind-sizes{N=64,M=3}, inline,fuse-maps{one-use}"));
        assertEquals("", parsed(""));
    }

    @Test
    void aNameIsParsedBackAsThePassItNames() {
        PassTable.entries().forEach(entry -> assertEquals(entry.pass().name(), parsed(entry.pass().name())));
    }

    @Test
    void mistakesAreTheUsers() {
        assertTrue(message("inlin").startsWith("there is no pass `inlin`\n  = note: the passes are `bind-sizes`, `inline`"));
        assertEquals("pass `dce` takes no options, and `x` is given", message("dce{x=1}"));
        assertEquals("size `N` is `many`, which is no whole number", message("bind-sizes{N=many}"));
        assertEquals("pass `fuse-maps` takes `{free}` or `{one-use}`, and `all` is given", message("fuse-maps{all}"));
        assertEquals("pass `store-as` takes a floating type, such as `store-as{bf16}`", message("store-as{i32}"));
        assertTrue(message("dce,{").startsWith("`{` is no list of passes"));
    }

    private static String message(String list) {
        return assertThrows(UserException.class, () -> PassTable.parse(list)).getMessage();
    }
}
