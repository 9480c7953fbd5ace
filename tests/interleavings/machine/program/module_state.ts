/**
 * Variables of modules, which a process that starts has at their beginning.
 *
 * @module
 */

import { loadCompiler, type ts } from "../../../../deps.ts";

const compiler = await loadCompiler();
const f = compiler.factory;

/** Hands out a module's variables, so that they can be set back. */
export function keepState(source: ts.SourceFile): ts.Statement {
  const names: string[] = [];
  const containers: string[] = [];
  for (const statement of source.statements) {
    if (!compiler.isVariableStatement(statement)) continue;
    const { declarationList: { flags, declarations }, modifiers } = statement;
    for (const { name, initializer } of declarations) {
      if (!compiler.isIdentifier(name) || modifiers !== undefined) continue;
      if ((flags & compiler.NodeFlags.Const) === 0) names.push(name.text);
      const made = initializer?.getText(source) ?? "";
      if (/^(new (Map|Set)\b|\[\])/.test(made)) containers.push(name.text);
    }
  }
  const identifiers = (of: readonly string[]) =>
    f.createArrayLiteralExpression(of.map((name) => f.createIdentifier(name)));
  const given = f.createIdentifier("$given");
  const parameter = f.createParameterDeclaration(undefined, undefined, given);
  const arrow = (
    parameters: ts.ParameterDeclaration[],
    body: ts.Expression,
  ) =>
    f.createArrowFunction(
      undefined,
      undefined,
      parameters,
      undefined,
      undefined,
      body,
    );
  return f.createExpressionStatement(
    f.createCallExpression(f.createIdentifier("$keep"), undefined, [
      arrow([], identifiers(names)),
      arrow(
        [parameter],
        f.createParenthesizedExpression(
          f.createAssignment(identifiers(names), given),
        ),
      ),
      identifiers(containers),
    ]),
  );
}
