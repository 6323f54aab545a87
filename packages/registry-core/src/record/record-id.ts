import { MuluError } from '../errors.ts'

/** The global id of a record: `namespace/kind/local`. Never re-used, never renamed. */
export type RecordId = {
  readonly ns: number
  readonly kind: string
  readonly local: string
}

const SEGMENT = /^[A-Za-z0-9_.:%-]{1,64}$/
const REC = /^[A-Za-z0-9_.:%-]{1,64}\/[A-Za-z0-9_.:%-]{1,64}$/
const NAMESPACE_MAX = 0xffffffff

/** Whether `rec` is `kind/local` as it stands in a commit entry. */
export function isRec(rec: string): boolean {
  return REC.test(rec)
}

/** Reads `namespace/kind/local`; MULU_RECORD_ID when the text is none. */
export function parseRecordId(text: string): RecordId {
  const [ns = '', kind = '', local = '', ...rest] = text.split('/')
  const number = Number(ns)
  const isNamespace = /^[1-9][0-9]{0,9}$/.test(ns) && number <= NAMESPACE_MAX
  if (!isNamespace || rest.length > 0 || !SEGMENT.test(kind) || !SEGMENT.test(local)) {
    throw new MuluError('MULU_RECORD_ID', { details: { id: text, form: 'namespace/kind/local' } })
  }
  return { ns: number, kind, local }
}

/** `namespace/kind/local`. */
export function recordIdText(ns: number, rec: string): string {
  return `${ns}/${rec}`
}

/** `kind/local`, as commit entries name a record of their namespace. */
export function recOf(id: RecordId): string {
  return `${id.kind}/${id.local}`
}

/** The kind in `kind/local`. */
export function kindOf(rec: string): string {
  return rec.slice(0, rec.indexOf('/'))
}
