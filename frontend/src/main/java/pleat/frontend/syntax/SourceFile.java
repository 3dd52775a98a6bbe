package pleat.frontend.syntax;

import com.google.common.collect.ImmutableList;
import pleat.ir.diagnostic.Source;

/** What one file says, in its order. */
public record SourceFile(Source source, ImmutableList<Item> items) {}
