/**
 * What a node of the syntax tree is.
 *
 * @module
 */

import { loadCompiler, type ts } from "../../../../deps.ts";

const compiler = await loadCompiler();

/** Methods of arrays and views that read or write many elements or one. */
export const METHODS = new Set([
  ...["set", "fill", "copyWithin", "slice", "at", "indexOf", "includes"],
  ...["Int8", "Uint8", "Int16", "Uint16", "Int32", "Uint32", "Float32"]
    .flatMap((type) => [`get${type}`, `set${type}`]),
  ...["Float64", "BigInt64", "BigUint64"]
    .flatMap((type) => [`get${type}`, `set${type}`]),
]);

/** An expression without what only types or groups it. */
export function bare(node: ts.Expression): ts.Expression {
  return compiler.isParenthesizedExpression(node) ||
      compiler.isNonNullExpression(node) ||
      compiler.isAsExpression(node) || compiler.isSatisfiesExpression(node)
    ? bare(node.expression)
    : node;
}

/** `Uint8Array.prototype.set`, taken to be called on arrays later. */
export function isMethodOfArrays(
  node: ts.Node,
): node is ts.PropertyAccessExpression {
  if (!compiler.isPropertyAccessExpression(node)) return false;
  const { name, expression } = node;
  return METHODS.has(name.text) &&
    compiler.isPropertyAccessExpression(expression) &&
    expression.name.text === "prototype" &&
    /Array$|^DataView$/.test(expression.expression.getText());
}

/** Whether it is `a[i]`. */
export function isElement(node: ts.Node): node is ts.ElementAccessExpression {
  return compiler.isElementAccessExpression(node) &&
    node.questionDotToken === undefined &&
    node.expression.kind !== compiler.SyntaxKind.SuperKeyword;
}

/** Whether it is called as a method, which needs its object. */
export function isCallee(node: ts.Node): boolean {
  let { parent } = node;
  if (parent && compiler.isNonNullExpression(parent)) parent = parent.parent;
  return parent !== undefined && compiler.isCallExpression(parent) &&
    bare(parent.expression) === node;
}

/** Whether it is deleted or assigned in a pattern, which is left as it is. */
export function isTarget({ parent }: ts.Node): boolean {
  return parent !== undefined &&
    (compiler.isDeleteExpression(parent) ||
      compiler.isArrayLiteralExpression(parent) &&
        compiler.isBinaryExpression(parent.parent) &&
        parent.parent.left === parent);
}

/** Whether it is `++` or `--`. */
export function isStep(operator: ts.SyntaxKind): boolean {
  return operator === compiler.SyntaxKind.PlusPlusToken ||
    operator === compiler.SyntaxKind.MinusMinusToken;
}
