/**
 * Async functions made into functions that hand a generator to a driver.
 *
 * @module
 */

import { loadCompiler, type ts } from "../../../../deps.ts";

const compiler = await loadCompiler();
const f = compiler.factory;

/** The same function, whose body is a generator that `driver` gets. */
export function withoutAsync(
  node: ts.SignatureDeclaration,
  driver: string,
): ts.Node {
  const body = (node as ts.FunctionDeclaration | ts.ArrowFunction).body!;
  const block = compiler.isBlock(body)
    ? body
    : f.createBlock([f.createReturnStatement(body)], true);
  const generator = f.createFunctionExpression(
    undefined,
    f.createToken(compiler.SyntaxKind.AsteriskToken),
    undefined,
    undefined,
    [],
    undefined,
    block,
  );
  const started = f.createCallExpression(
    f.createIdentifier(driver),
    undefined,
    [f.createCallExpression(
      f.createPropertyAccessExpression(generator, "call"),
      undefined,
      [f.createThis()],
    )],
  );
  const inner = f.createBlock([f.createReturnStatement(started)], true);
  const plain = (modifiers: readonly ts.ModifierLike[] | undefined) =>
    modifiers?.filter(({ kind }) => kind !== compiler.SyntaxKind.AsyncKeyword);
  if (compiler.isArrowFunction(node)) {
    return f.updateArrowFunction(
      node,
      plain(node.modifiers) as ts.Modifier[],
      node.typeParameters,
      node.parameters,
      undefined,
      node.equalsGreaterThanToken,
      inner,
    );
  }
  if (compiler.isMethodDeclaration(node)) {
    return f.updateMethodDeclaration(
      node,
      plain(node.modifiers),
      undefined,
      node.name,
      node.questionToken,
      node.typeParameters,
      node.parameters,
      undefined,
      inner,
    );
  }
  if (compiler.isFunctionDeclaration(node)) {
    return f.updateFunctionDeclaration(
      node,
      plain(node.modifiers),
      undefined,
      node.name,
      node.typeParameters,
      node.parameters,
      undefined,
      inner,
    );
  }
  const made = node as ts.FunctionExpression;
  return f.updateFunctionExpression(
    made,
    plain(made.modifiers) as ts.Modifier[],
    undefined,
    made.name,
    made.typeParameters,
    made.parameters,
    undefined,
    inner,
  );
}

/** Declares a constant. */
export function constant(
  name: string | ts.BindingName,
  value: ts.Expression,
): ts.Statement {
  return f.createVariableStatement(
    undefined,
    f.createVariableDeclarationList(
      [f.createVariableDeclaration(name, undefined, undefined, value)],
      compiler.NodeFlags.Const,
    ),
  );
}
