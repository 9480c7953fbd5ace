/**
 * Variables of modules, which a process that starts has at their beginning.
 *
 * @module
 */

import { loadCompiler, type ts } from "../../../../deps.ts";

const compiler = await loadCompiler();
const f = compiler.factory;

/** Whether a module makes something of a class of its own, once. */
function isMade({ initializer }: ts.VariableDeclaration): boolean {
  return initializer !== undefined && compiler.isNewExpression(initializer) &&
    compiler.isIdentifier(initializer.expression) &&
    !(initializer.expression.text in globalThis);
}

/** Constants of a module that are made anew for each run, as variables. */
export function asVariables(statement: ts.Statement): ts.Statement {
  if (!compiler.isVariableStatement(statement)) return statement;
  const { declarationList: { declarations }, modifiers } = statement;
  if (modifiers !== undefined || !declarations.some(isMade)) return statement;
  return f.updateVariableStatement(
    statement,
    undefined,
    f.createVariableDeclarationList(declarations, compiler.NodeFlags.Let),
  );
}

/** Makes them anew: `() => [a = new A(), …]`. */
function remake(statements: readonly ts.Statement[]): ts.Expression {
  const assignments: ts.Expression[] = [];
  for (const statement of statements) {
    if (!compiler.isVariableStatement(statement)) continue;
    if (statement.modifiers !== undefined) continue;
    for (const made of statement.declarationList.declarations.filter(isMade)) {
      const { name, initializer } = made;
      if (initializer === undefined || !compiler.isIdentifier(name)) continue;
      const variable = f.createIdentifier(name.text);
      assignments.push(f.createAssignment(variable, initializer));
    }
  }
  const all = f.createArrayLiteralExpression(assignments);
  return f.createArrowFunction(
    ...[undefined, undefined] as const,
    [],
    ...[undefined, undefined] as const,
    all,
  );
}

/** Hands out a module's variables, so that they can be set back. */
export function keepState(
  source: ts.SourceFile,
  visited: readonly ts.Statement[],
): ts.Statement {
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
      remake(visited),
    ]),
  );
}
