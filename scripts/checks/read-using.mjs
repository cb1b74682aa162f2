/**
 * swc 1.16's visitor, which dependency-cruiser walks files with, does not know `using` declarations and stops at
 * the first. They hold the same declarators as `const`, so they are walked as such.
 */
import { createRequire } from 'node:module'

const { Visitor } = createRequire(import.meta.url)('@swc/core/Visitor.js')
const visitStatement = Visitor.prototype.visitStatement

Visitor.prototype.visitStatement = function (statement) {
  return statement.type === 'UsingDeclaration'
    ? this.visitVariableDeclaration({ ...statement, declarations: statement.decls })
    : visitStatement.call(this, statement)
}
