/**
 * Makes of a shipped file, unchanged on disk, a program in which each access of
 * an array passes through the machine: `a[i]` becomes `$get(a, i, site)`, and
 * functions that are async become generators that the machine drives, so that
 * their order is its choice, too. Nothing else is changed.
 *
 * @module
 */

import { loadCompiler, type ts } from "../../../../deps.ts";

import { asVariables, keepState } from "./module_state.ts";
import {
  bare,
  isCallee,
  isElement,
  isMethodOfArrays,
  isStep,
  isTarget,
  METHODS,
} from "./syntax.ts";
import { constant, withoutAsync } from "./without_async.ts";

const compiler = await loadCompiler();

/** Where in a file an access stands. */
export interface Site {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** All sites, by number. */
export const sites: Site[] = [{ file: "", line: 0, text: "" }];

type Visit = (node: ts.Node) => ts.Node;
const f = compiler.factory;

/** Compiles a file to the body of a function of a CommonJS module. */
export function instrument(file: string, text: string): string {
  const { outputText } = compiler.transpileModule(text, {
    fileName: file,
    compilerOptions: {
      module: compiler.ModuleKind.CommonJS,
      target: compiler.ScriptTarget.ESNext,
      removeComments: true,
    },
    transformers: {
      before: [(context) => (source) => transform(file, source, context)],
    },
  });
  return `${outputText}\n//# sourceURL=${file}`;
}

function transform(
  file: string,
  source: ts.SourceFile,
  context: ts.TransformationContext,
): ts.SourceFile {
  const site = (node: ts.Node) => {
    const start = node.getStart(source);
    const { line } = source.getLineAndCharacterOfPosition(start);
    const text = node.getText(source).replaceAll(/\s+/g, " ");
    sites.push({ file, line: line + 1, text });
    return f.createNumericLiteral(sites.length - 1);
  };
  const call = (name: string, ...args: ts.Expression[]) =>
    f.createCallExpression(f.createIdentifier(name), undefined, args);
  // Whether the function around is an async generator.
  let generates = false;

  const visit: Visit = (node) => {
    if (compiler.isTypeNode(node)) return node;
    if (compiler.isFunctionLike(node) && "body" in node) {
      return visitFunction(node);
    }
    if (compiler.isAwaitExpression(node)) {
      return f.createParenthesizedExpression(
        f.createYieldExpression(undefined, expression(node.expression)),
      );
    }
    if (compiler.isYieldExpression(node) && generates) {
      const { expression: value } = node;
      const made = call("$yielded", value ? expression(value) : f.createNull());
      return f.createParenthesizedExpression(
        f.createYieldExpression(undefined, made),
      );
    }
    if (compiler.isForOfStatement(node) && node.awaitModifier !== undefined) {
      return visitForAwait(node);
    }
    if (compiler.isBinaryExpression(node)) return visitBinary(node);
    if (
      compiler.isPrefixUnaryExpression(node) ||
      compiler.isPostfixUnaryExpression(node)
    ) {
      const target = bare(node.operand);
      if (isElement(target) && isStep(node.operator)) {
        return visitStep(node, target);
      }
    }
    if (isElement(node) && !isCallee(node) && !isTarget(node)) {
      return call(
        "$get",
        expression(node.expression),
        expression(node.argumentExpression),
        site(node),
      );
    }
    if (compiler.isCallExpression(node)) return visitCall(node);
    if (isMethodOfArrays(node)) {
      return call("$method", f.createStringLiteral(node.name.text), site(node));
    }
    return compiler.visitEachChild(node, visit, context);
  };
  const expression = (node: ts.Expression) => visit(node) as ts.Expression;

  function visitCall(node: ts.CallExpression): ts.Node {
    const { expression: callee } = node;
    if (!compiler.isPropertyAccessExpression(callee)) {
      return compiler.visitEachChild(node, visit, context);
    }
    const name = callee.name.text;
    if (callee.expression.kind === compiler.SyntaxKind.SuperKeyword) {
      return compiler.visitEachChild(node, visit, context);
    }
    const ofAtomics = compiler.isIdentifier(callee.expression) &&
      callee.expression.text === "Atomics";
    if (ofAtomics) {
      const args = node.arguments.map(expression);
      return call("$atomic", site(node), f.createStringLiteral(name), ...args);
    }
    if (
      !METHODS.has(name) || node.questionDotToken || callee.questionDotToken
    ) {
      return compiler.visitEachChild(node, visit, context);
    }
    return call(
      "$call",
      site(node),
      expression(callee.expression),
      f.createStringLiteral(name),
      ...node.arguments.map(expression),
    );
  }

  function visitBinary(node: ts.BinaryExpression): ts.Node {
    const { left, right, operatorToken } = node;
    const assigns = operatorToken.kind >= compiler.SyntaxKind.FirstAssignment &&
      operatorToken.kind <= compiler.SyntaxKind.LastAssignment;
    const target = bare(left);
    if (!assigns || !isElement(target)) {
      return compiler.visitEachChild(node, visit, context);
    }
    const object = expression(target.expression);
    const index = expression(target.argumentExpression);
    if (operatorToken.kind === compiler.SyntaxKind.EqualsToken) {
      return call("$set", object, index, expression(right), site(node));
    }
    const operator = operatorToken.getText(source).slice(0, -1);
    return update(object, index, operator, expression(right), site(node));
  }

  function visitStep(
    node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression,
    target: ts.ElementAccessExpression,
  ): ts.Node {
    const plus = node.operator === compiler.SyntaxKind.PlusPlusToken;
    const updated = update(
      expression(target.expression),
      expression(target.argumentExpression),
      plus ? "+" : "-",
      f.createNumericLiteral(1),
      site(node),
    );
    if (compiler.isPrefixUnaryExpression(node)) return updated;
    // What it was before.
    return f.createParenthesizedExpression(f.createBinaryExpression(
      updated,
      plus ? compiler.SyntaxKind.MinusToken : compiler.SyntaxKind.PlusToken,
      f.createNumericLiteral(1),
    ));
  }

  function update(
    object: ts.Expression,
    index: ts.Expression,
    operator: string,
    value: ts.Expression,
    at: ts.Expression,
  ) {
    return call(
      "$update",
      object,
      index,
      f.createStringLiteral(operator),
      f.createArrowFunction(
        undefined,
        undefined,
        [],
        undefined,
        undefined,
        f.createParenthesizedExpression(value),
      ),
      at,
    );
  }

  function visitForAwait(node: ts.ForOfStatement): ts.Node {
    // for (const x of $each(y)) would not do: each turn must be awaited.
    const steps = f.createUniqueName("steps");
    const step = f.createUniqueName("step");
    const declared = node.initializer as ts.VariableDeclarationList;
    const { name } = declared.declarations[0]!;
    const next = f.createYieldExpression(
      undefined,
      f.createCallExpression(
        f.createPropertyAccessExpression(steps, "next"),
        undefined,
        [],
      ),
    );
    const body = f.createBlock([
      constant(step, next),
      f.createIfStatement(
        f.createPropertyAccessExpression(step, "done"),
        f.createBreakStatement(),
      ),
      constant(
        visit(name) as ts.BindingName,
        f.createPropertyAccessExpression(step, "value"),
      ),
      visit(node.statement) as ts.Statement,
    ], true);
    const close = f.createYieldExpression(
      undefined,
      f.createCallExpression(
        f.createPropertyAccessExpression(steps, "close"),
        undefined,
        [],
      ),
    );
    return f.createBlock([
      constant(steps, call("$each", expression(node.expression))),
      f.createTryStatement(
        f.createBlock([f.createWhileStatement(f.createTrue(), body)]),
        undefined,
        f.createBlock([f.createExpressionStatement(close)]),
      ),
    ], true);
  }

  function visitFunction(node: ts.SignatureDeclaration): ts.Node {
    const outer = generates;
    const modifiers = compiler.canHaveModifiers(node)
      ? compiler.getModifiers(node)
      : undefined;
    const isAsync =
      modifiers?.some(({ kind }) =>
        kind === compiler.SyntaxKind.AsyncKeyword
      ) ??
        false;
    const star = "asteriskToken" in node && node.asteriskToken !== undefined;
    generates = isAsync && star;
    const visited = compiler.visitEachChild(node, visit, context);
    generates = outer;
    if (!isAsync) return visited;
    return withoutAsync(visited, star ? "$generate" : "$spawn");
  }

  const visited = compiler.visitEachChild(source, visit, context);
  const statements = [
    ...visited.statements.map(asVariables),
    keepState(source, visited.statements),
  ];
  return f.updateSourceFile(visited, statements);
}
