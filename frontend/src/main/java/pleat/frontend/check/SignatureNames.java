package pleat.frontend.check;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import pleat.frontend.syntax.Expression;
import pleat.frontend.syntax.Expression.Binary;
import pleat.frontend.syntax.Expression.Call;
import pleat.frontend.syntax.Expression.NameUse;
import pleat.frontend.syntax.Expression.Unary;
import pleat.frontend.syntax.Item;
import pleat.frontend.syntax.Name;
import pleat.frontend.syntax.TypeSyntax;

/** The names in a module's signature that have to stand for something before its body has a meaning. */
public final class SignatureNames {
    private SignatureNames() {}

    /** Sizes in the types of inputs, with the place where each is first written. */
    public static Map<String, Name> ofInputs(Item.Module module) {
        var names = new LinkedHashMap<String, Name>();
        module.signature().inputs().forEach(input -> ofType(input.type(), names));
        return names;
    }

    /** Sizes and settings, those of the inputs first. */
    public static Map<String, Name> all(Item.Module module) {
        var names = new LinkedHashMap<>(ofInputs(module));
        module.signature().outputs().forEach(output -> ofType(output.type(), names));
        module.signature().settings().forEach(setting -> names.putIfAbsent(setting.name().text(), setting.name()));
        return names;
    }

    private static void ofType(TypeSyntax type, Map<String, Name> names) {
        for (var size : type.sizes()) {
            switch (size) {
                case TypeSyntax.Extent(Expression value) -> of(value).forEach(name -> names.putIfAbsent(name.text(), name));
                case TypeSyntax.Rest _ -> {
                }
            }
        }
    }

    /** Names in a compile-time expression, in the order in which they are written. */
    static Set<Name> of(Expression expression) {
        var found = new LinkedHashSet<Name>();
        collect(expression, found);
        return found;
    }

    private static void collect(Expression expression, Set<Name> found) {
        switch (expression) {
            case NameUse(Name name) -> found.add(name);
            case Unary unary -> collect(unary.operand(), found);
            case Binary binary -> {
                collect(binary.left(), found);
                collect(binary.right(), found);
            }
            case Call call -> call.arguments().positional().forEach(argument -> collect(argument, found));
            case Expression.IntLiteral _, Expression.RealLiteral _, Expression.BoolLiteral _, Expression.Subscripted _,
                    Expression.Reduce _ -> {
            }
        }
    }
}
