/** Shapes of the bodies that change the roster; what does not fit is MULU_JSON with the place. */
import { MuluError } from '@mulu/registry-core'
import { Ajv, type ValidateFunction } from 'ajv'

const COUNT = { type: 'integer', minimum: 1, maximum: 0xffffffff }
const SEQ = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }
const TEXT = { type: 'string', maxLength: 512 }
const AGENCY = { anyOf: [TEXT, COUNT] }
const HASH = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' }
const RIGHTS = {
  type: 'array',
  minItems: 1,
  uniqueItems: true,
  items: { enum: ['describe', 'classify', 'erase'] },
}

function listOf(items: object, maxItems = 4_096): object {
  return { type: 'array', maxItems, items }
}

function shapeOf(properties: Readonly<Record<string, object>>, ...optional: string[]): object {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', additionalProperties: false, required, properties }
}

const END = { namespace: COUNT, audience: { enum: [0, 1] }, seq: SEQ, id: HASH }

const AGENCY_ORDER = {
  agency: AGENCY,
  codes: listOf(TEXT, 16),
  names: { type: 'object', additionalProperties: TEXT },
  region: TEXT,
  parent: { anyOf: [AGENCY, { type: 'null' }] },
}

const CLOSE_ORDER = {
  ...{ writer: COUNT, namespace: COUNT, ends: listOf(shapeOf(END)) },
  ...{ final: { type: 'boolean' }, why: { type: 'string', minLength: 1, maxLength: 64 } },
}

const REQUESTS = listOf({ type: 'object' }, 256)
const NUMBER = { type: 'integer', minimum: 1, maximum: 1_024 }

const ORDERS = {
  rules: COUNT,
  administrators: REQUESTS,
  endAdministrators: listOf(shapeOf({ agency: AGENCY, stand: listOf(TEXT) }, 'stand')),
  admit: REQUESTS,
  rights: RIGHTS,
  agencies: listOf(shapeOf(AGENCY_ORDER, 'codes', 'names', 'region', 'parent')),
  found: listOf(AGENCY),
  transfer: listOf(shapeOf({ namespace: COUNT, agency: AGENCY })),
  retire: listOf(shapeOf({ agency: AGENCY, successor: AGENCY }, 'successor')),
  grant: listOf(shapeOf({ writer: COUNT, namespace: COUNT, rights: RIGHTS })),
  close: listOf(shapeOf(CLOSE_ORDER, 'namespace', 'ends')),
  pin: listOf(shapeOf({ ...END, writer: COUNT, forkedAt: SEQ })),
  peers: listOf(shapeOf({ writer: COUNT, peers: listOf(TEXT, 8) })),
  witnesses: shapeOf({ writers: listOf(COUNT, 256), threshold: COUNT }),
  roots: shapeOf({ keys: listOf(TEXT, 64), threshold: COUNT }),
  confirm: { type: 'boolean' },
  profile: shapeOf({ id: TEXT, version: TEXT, hash: HASH }),
}

const REVOCATION = {
  ...{ writer: COUNT, from: { type: 'object', additionalProperties: SEQ } },
  branches: listOf(HASH, 64),
  ...{ why: CLOSE_ORDER.why, leaveOpen: { type: 'boolean' }, dryRun: { type: 'boolean' } },
  ...{ by: { enum: ['roots', 'agency'] }, number: NUMBER },
}

const ORPHANS = { writer: COUNT, fromSeq: SEQ, toSeq: SEQ, records: listOf(TEXT) }

const ajv = new Ajv({ allErrors: false })

/** Bodies that change the roster. */
export type BodyName =
  | 'orders'
  | 'versions'
  | 'orderDraft'
  | 'signedOrders'
  | 'choice'
  | 'revocation'
  | 'adoption'

const BODIES: Readonly<Record<BodyName, ValidateFunction>> = {
  orders: ajv.compile(shapeOf(ORDERS, ...Object.keys(ORDERS))),
  versions: ajv.compile(
    shapeOf({ proposals: listOf({ type: 'object' }, 64), profile: { type: 'object' } }, 'profile'),
  ),
  orderDraft: ajv.compile(
    shapeOf({ admit: REQUESTS, rights: RIGHTS, number: NUMBER }, 'rights', 'number'),
  ),
  // What stands in the file is read by whoever reads the file.
  signedOrders: ajv.compile({ type: 'object' }),
  choice: ajv.compile(shapeOf({ hash: HASH })),
  revocation: ajv.compile(shapeOf(REVOCATION, 'by', 'number')),
  adoption: ajv.compile(shapeOf(ORPHANS, 'fromSeq', 'toSeq', 'records')),
}

/** The body, when it has the shape of that name. */
export function readBody<T>(name: BodyName, body: unknown): T {
  const validate = BODIES[name]
  if (validate(body)) return body as T
  const reason = ajv.errorsText(validate.errors, { dataVar: 'body' })
  throw new MuluError('MULU_JSON', { details: { reason } })
}
