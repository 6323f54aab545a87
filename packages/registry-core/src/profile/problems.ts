/**
 * What is wrong with a record by its profile: codes and paths, never sentences, so that the
 * result is equal on every node and in every language. A code is the JSON Schema keyword that
 * failed, or `kind` (the profile does not know the kind) or `prefix` (a longer path below a live
 * shorter one). A problem is advice: it never refuses a commit.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { JsonValue } from '../encoding/json.ts'
import { nest } from './nest.ts'
import { kindProfile, type Profile } from './profile.ts'
import { VALUE_FORMATS } from './value-formats.ts'

/** One thing wrong, and where: the path of a field, or a place inside its value. */
export type Problem = { readonly code: string; readonly path: string }

/** [PR6] A hostile value can break a schema thousands of times; a view lists the first ones. */
export const PROBLEMS_MAX = 64

const SEGMENT_LENGTH_MAX = 64
const validatorsByProfile = new WeakMap<Profile, Map<string, ValidateFunction>>()

/** Everything wrong with a record's fields, of which these are the paths, sorted by path and code. */
export function problemsOf(
  profile: Profile,
  kind: string,
  fields: Readonly<Record<string, JsonValue>>,
  paths: readonly string[] = Object.keys(fields),
): readonly Problem[] {
  const validate = validatorOf(profile, kind)
  if (validate === undefined) return [{ code: 'kind', path: '' }]
  const { value, prefixed } = nest(fields, paths)
  const problems = prefixed.map((path) => ({ code: 'prefix', path }))
  if (!validate(value)) {
    for (const error of validate.errors ?? []) {
      if (error.keyword !== 'if') problems.push(errorToProblem(error, value))
    }
  }
  return distinct(problems).slice(0, PROBLEMS_MAX)
}

/** Compiles all that the records of a profile are looked at with, for while there is time. */
export function prepareProblems(profile: Profile): void {
  for (const kind of Object.keys(profile.kinds)) validatorOf(profile, kind)
}

/** Compiles the schema of a kind once per profile; throws when the schema is not valid. */
export function validatorOf(profile: Profile, kind: string): ValidateFunction | undefined {
  const schema = kindProfile(profile, kind)?.schema
  if (schema === undefined) return undefined
  const validators = validatorsByProfile.get(profile) ?? new Map<string, ValidateFunction>()
  validatorsByProfile.set(profile, validators)
  const known = validators.get(kind)
  if (known !== undefined) return known
  const validate = createCompiler().compile(schema)
  validators.set(kind, validate)
  return validate
}

function createCompiler(): Ajv {
  const ajv = new Ajv({
    allErrors: true,
    allowUnionTypes: true,
    logger: false,
    messages: false,
    ownProperties: true,
    strict: true,
  })
  for (const [name, accepts] of Object.entries(VALUE_FORMATS)) ajv.addFormat(name, accepts)
  return ajv
}

function errorToProblem(error: ErrorObject, value: JsonValue): Problem {
  const keys = error.instancePath.split('/').slice(1).map(unescapePointer)
  const missing: unknown = error.params['missingProperty'] ?? error.params['additionalProperty']
  if (typeof missing === 'string') keys.push(missing)
  return { code: error.keyword, path: keysToPath(keys, value) }
}

function unescapePointer(token: string): string {
  return token.includes('~') ? token.replaceAll('~1', '/').replaceAll('~0', '~') : token
}

/** Stops at a list, since a position in a list is no address, and at a key no path could hold. */
function keysToPath(keys: readonly string[], value: JsonValue): string {
  const segments: string[] = []
  let place: unknown = value
  for (const key of keys) {
    if (Array.isArray(place) || key.length > SEGMENT_LENGTH_MAX) break
    segments.push(key)
    place = typeof place === 'object' && place !== null ? Reflect.get(place, key) : undefined
  }
  return segments.join('/')
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length < 2) return problems
  const byKey = new Map(problems.map((problem) => [`${problem.path}\n${problem.code}`, problem]))
  return [...byKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, problem]) => ({ code: problem.code, path: problem.path }))
}
