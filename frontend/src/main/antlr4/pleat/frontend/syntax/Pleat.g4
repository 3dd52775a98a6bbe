// The language of model definitions. docs/language.md explains it; pleat.frontend.syntax.SyntaxTree is what is built from it.
grammar Pleat;

@lexer::members {
  private int brackets;
  private int previous = NL;

  /** A line end ends a statement, except inside brackets, after a token that cannot end one, and where it would be the second. */
  @Override
  public Token nextToken() {
      Token token = super.nextToken();
      if (token.getType() == NL && (brackets > 0 || goesOn(previous))) {
          ((CommonToken) token).setChannel(HIDDEN);
      }
      if (token.getChannel() == DEFAULT_TOKEN_CHANNEL) {
          brackets = bracketsAfter(token.getType());
          previous = token.getType();
      }
      return token;
  }

  private int bracketsAfter(int type) {
      return switch (type) {
          case LPAREN, LBRACKET -> brackets + 1;
          case RPAREN, RBRACKET -> Math.max(0, brackets - 1);
          case LBRACE, RBRACE -> 0;
          default -> brackets;
      };
  }

  private static boolean goesOn(int type) {
      return switch (type) {
          case NL, LBRACE, COMMA, SEMICOLON, COLON, ASSIGN, ADD_ASSIGN, ARROW, PLUS, MINUS, STAR, SLASH, CARET, LT, LE, GT, GE, EQ, NE,
              AND, OR, NOT, WHERE, LPAREN, LBRACKET -> true;
          default -> false;
      };
  }
}

file : item (NL item)* NL? EOF | EOF ;

item
    : IMPORT NAME                                                                                   # importItem
    | keyword=(MODULE | FN) NAME LPAREN (input (COMMA input)*)? RPAREN NL? ARROW outputs (NL? WHERE setting (COMMA setting)*)? NL? block  # moduleItem
    | SCALAR NAME LPAREN NAME (COMMA NAME)* RPAREN ASSIGN expression                                # scalarItem
    ;

/** Behind `if`: the settings with which there is such an input or result. */
input   : NAME COLON type (IF expression)? ;
outputs : type | LPAREN output (COMMA output)* RPAREN ;
output  : NAME COLON type (IF expression)? ;

/** `f32[.., n, 4*c]`: the element type (f32 where it is left out) and the sizes. */
type : NAME? LBRACKET (size (COMMA size)*)? RBRACKET ;
size : DOTS NAME? | expression ;

setting : NAME (IN low=expression DOTS high=expression (BY multiple=expression)?)? (ASSIGN value=expression)? ;

block : LBRACE (statement (NL statement)* NL?)? RBRACE ;

statement
    : USE NAME (COMMA NAME)* COLON instance                                                         # useStatement
    | INCLUDE NAME COLON instance                                                                   # includeStatement
    | REPEAT expression NAME COLON instance                                                         # repeatStatement
    | PARAM NAME COLON type                                                                         # paramStatement
    | LET NAME ASSIGN expression                                                                    # letStatement
    | choice                                                                                        # chooseStatement
    | LOOP NAME IN expression CARRYING carried=names (NL? OVER over=names)? (NL? KEEPING kept=names)? (NL? COLLECTING collected=names)? block   # loopStatement
    | RETURN expression (COMMA expression)*                                                         # returnStatement
    | target (COMMA target)* ASSIGN expression                                                      # assignStatement
    | target ADD_ASSIGN expression                                                                  # addStatement
    ;

choice : IF expression block (ELSE (choice | block))? ;
names  : NAME (COMMA NAME)* ;

instance : NAME (LPAREN (instanceArgument (COMMA instanceArgument)*)? RPAREN)? ;
instanceArgument
    : NAME? DOTS                        # passOn
    | NAME ASSIGN expression            # givenSetting
    | expression (ARROW expression)?    # givenWidth
    ;

target     : NAME (LBRACKET (targetAxis (COMMA targetAxis)*)? RBRACKET)? ;
targetAxis : DOTS NAME? | expression (COLON expression)? ;

expression     : conjunction (OR conjunction)* ;
conjunction    : negation (AND negation)* ;
negation       : NOT negation | comparison ;
comparison     : additive (op=(LT | LE | GT | GE | EQ | NE) additive)? ;
additive       : multiplicative (op+=(PLUS | MINUS) multiplicative)* ;
multiplicative : unary (op+=(STAR | SLASH) unary)* ;
unary          : MINUS unary | reduction | power ;

/** What is reduced reaches over products and quotients, not over sums: `sum(k) a[k] * b[k] + c` adds c once. It does not start with a minus. */
reduction : reducer LPAREN reducedAxis (COMMA reducedAxis)* RPAREN (reduction | power) (op+=(STAR | SLASH) unary)* ;
reducer   : SUM | MAX | MIN | MEAN ;
reducedAxis : DOTS NAME? | NAME (COLON expression)? ;

power   : postfix (CARET unary)? ;
postfix : primary (QUESTION? LBRACKET (subscript (COMMA subscript)*)? RBRACKET)? ;
subscript : DOTS NAME? | expression ;

primary
    : INT                                                            # intPrimary
    | FLOAT                                                          # floatPrimary
    | keyword=(TRUE | FALSE)                                         # boolPrimary
    | (NAME | MAX | MIN) LPAREN (argument ((COMMA | SEMICOLON) argument)*)? RPAREN  # callPrimary
    | NAME                                                           # namePrimary
    | LPAREN expression RPAREN                                       # parenthesisedPrimary
    ;
argument : NAME ASSIGN expression | expression ;

MODULE : 'module' ;
FN     : 'fn' ;
SCALAR : 'scalar' ;
IMPORT : 'import' ;
WHERE  : 'where' ;
USE    : 'use' ;
INCLUDE : 'include' ;
REPEAT : 'repeat' ;
PARAM  : 'param' ;
LET    : 'let' ;
IF     : 'if' ;
ELSE   : 'else' ;
LOOP   : 'loop' ;
IN     : 'in' ;
BY     : 'by' ;
CARRYING : 'carrying' ;
OVER   : 'over' ;
KEEPING : 'keeping' ;
COLLECTING : 'collecting' ;
RETURN : 'return' ;
TRUE   : 'true' ;
FALSE  : 'false' ;
AND    : 'and' ;
OR     : 'or' ;
NOT    : 'not' ;
SUM    : 'sum' ;
MAX    : 'max' ;
MIN    : 'min' ;
MEAN   : 'mean' ;

/** Dots belong to names because names of parameters have them: `proj_z.0`, `feats.ref_pos`. */
NAME  : [A-Za-z_] [A-Za-z0-9_]* ('.' [A-Za-z0-9_]+)* ;
FLOAT : DIGITS '.' DIGITS EXPONENT? | DIGITS EXPONENT ;
INT   : DIGITS ;
fragment DIGITS   : [0-9]+ ;
fragment EXPONENT : [eE] [+-]? DIGITS ;

DOTS   : '..' ;
ARROW  : '->' ;
ADD_ASSIGN : '+=' ;
EQ : '==' ;
NE : '!=' ;
LE : '<=' ;
GE : '>=' ;
LT : '<' ;
GT : '>' ;
ASSIGN : '=' ;
PLUS   : '+' ;
MINUS  : '-' ;
STAR   : '*' ;
SLASH  : '/' ;
CARET  : '^' ;
QUESTION : '?' ;
COMMA  : ',' ;
SEMICOLON : ';' ;
COLON  : ':' ;
LPAREN : '(' ;
RPAREN : ')' ;
LBRACKET : '[' ;
RBRACKET : ']' ;
LBRACE : '{' ;
RBRACE : '}' ;

NL      : '\r'? '\n' ;
COMMENT : '#' ~[\r\n]* -> channel(HIDDEN) ;
BLANK   : [ \t]+ -> channel(HIDDEN) ;
UNKNOWN : . ;
