package pleat.frontend.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.frontend.Shipped;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;

final class FormatterTest {
    static List<Source> shipped() {
        return Shipped.sources();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shipped")
    void shippedModelsAreFormatted(Source source) {
        assertEquals(source.text(), Formatter.format(source));
    }

    @Test
    void spacesWordsAndIndentsLines() {
        check("""
                # top
                module   A( x:[ .. ,c ],   # trailing
                   y :f32[..,  4 *c])->[..,c]
                where  c=4,eps  =1e-5,  n in 1 ..8   by 2,
                   d = - 3 {

                   use a.0 :Linear( c->4*c,biased=false )
                   # own line
                   let q=-c*2+ 3


                   if  q>-1  and not(q==2){
                  t[..,i]=sum( k )( -x?[..,k * 2+i]) *y[ ..,k]^ 2 +
                     f(x)[..,i]*-1 - 2
                     }else{
                     m ,z=blocks( m,z;mask )
                     }
                return t
                }
                """, """
                # top
                module A(x: [.., c],  # trailing
                         y: f32[.., 4*c]) -> [.., c]
                    where c = 4, eps = 1e-5, n in 1..8 by 2,
                          d = -3 {
                  use a.0: Linear(c -> 4*c, biased = false)
                  # own line
                  let q = -c*2 + 3

                  if q > -1 and not (q == 2) {
                    t[.., i] = sum(k) (-x?[.., k*2 + i]) * y[.., k]^2 +
                        f(x)[.., i]*-1 - 2
                  } else {
                    m, z = blocks(m, z; mask)
                  }
                  return t
                }
                """);
    }

    @Test
    void lineEndsAndTheEndOfTheFile() {
        check("\r\n\r\nscalar a(x) = x\r\n\r\n\r\nscalar b(x) = x   \r\n\r\n", "scalar a(x) = x\n\nscalar b(x) = x\n");
        check("scalar a(x) = x", "scalar a(x) = x\n");
        check("# nothing else", "# nothing else\n");
        check("", "");
    }

    private static void check(String text, String expected) {
        var formatted = Formatter.format(new Source("test.pleat", text));
        assertEquals(expected, formatted);
        assertEquals(expected, Formatter.format(new Source("test.pleat", formatted)));
    }

    @Test
    void refusesSyntaxErrors() {
        assertThrows(DiagnosticsException.class, () -> Formatter.format(new Source("test.pleat", "module A(")));
    }
}
