package pleat.frontend.syntax;

import com.google.common.collect.ImmutableList;
import pleat.ir.diagnostic.Span;

/** @param span with its braces */
public record Block(ImmutableList<Statement> statements, Span span) {}
