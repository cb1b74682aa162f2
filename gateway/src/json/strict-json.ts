import { HttpProblem, refusal } from '../problem/problem.ts'

const maxDepth = 32
const maxItems = 1_000
const maxMembers = 100

type Frame = { readonly keys: Set<string> | undefined; count: number; expectKey: boolean }

const string = /"[^"\\]*(?:\\.[^"\\]*)*"/y
const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** The token that a sticky expression finds at a place. */
const tokenAt = (pattern: RegExp, text: string, at: number): string => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

/** A text's value; only escapes can bring half a surrogate pair into decoded UTF-8. */
const textOf = (token: string): string => {
  if (!token.includes('\\')) return token.slice(1, -1)
  const value = String(JSON.parse(token))
  if (!value.isWellFormed()) throw refusal('json_text_malformed')
  return value
}

const countKey = (frame: Frame, token: string): void => {
  const key = textOf(token)
  if (key === '__proto__') throw refusal('json_key_forbidden')
  if (frame.keys?.has(key)) throw refusal('json_key_repeated')
  if (frame.keys?.add(key).size === maxMembers + 1) throw refusal('json_too_large')
  frame.expectKey = false
}

const checkNumber = (token: string): void => {
  const value = Number(token)
  const unsafe = Number.isInteger(value) && !Number.isSafeInteger(value)
  if (!Number.isFinite(value) || unsafe) throw refusal('json_number_range')
}

const openFrame = (stack: Frame[], isObject: boolean): void => {
  if (stack.length >= maxDepth) throw refusal('json_too_deep')
  stack.push({ keys: isObject ? new Set() : undefined, count: 1, expectKey: isObject })
}

const countItem = (frame: Frame | undefined): void => {
  if (!frame) return
  if (frame.keys) frame.expectKey = true
  else if (++frame.count > maxItems) throw refusal('json_too_large')
}

/** Walks the tokens of a text that JSON.parse has accepted or will judge; keeps no values. */
const checkTokens = (text: string): void => {
  const stack: Frame[] = []
  for (let at = 0; at < text.length;) {
    const char = text[at]
    const frame = stack.at(-1)
    let length = 1
    if (char === '"') {
      const token = tokenAt(string, text, at)
      if (token === '') throw refusal('json_malformed')
      if (frame?.expectKey) countKey(frame, token)
      else textOf(token)
      length = token.length
    } else if (char === '{' || char === '[') openFrame(stack, char === '{')
    else if (char === '}' || char === ']') stack.pop()
    else if (char === ',') countItem(frame)
    else if (char === '-' || (char !== undefined && char >= '0' && char <= '9')) {
      const token = tokenAt(number, text, at)
      checkNumber(token)
      length = Math.max(token.length, 1)
    }
    at += length
  }
}

/**
 * JSON as a stranger may send it: depth, counts, repeated keys, numbers and texts are bounded before any value is made.
 * @param body UTF-8; a byte order mark is skipped
 * @throws HttpProblem 400 `json_*`
 */
export const parseJson = (body: Uint8Array): unknown => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    checkTokens(text)
    return JSON.parse(text) as unknown
  } catch (error) {
    throw error instanceof HttpProblem ? error : refusal('json_malformed', { cause: error })
  }
}
