import { enBundle } from './en/bundle.ts'
import { enFrame } from './en/frame.ts'
import { enNode } from './en/node.ts'
import { enPart } from './en/part.ts'
import { enPortal } from './en/portal.ts'
import { enRecord } from './en/record.ts'
import { enSituation } from './en/situation.ts'

/** English, and the list of all keys; `_one` and `_other` are the plural forms. */
export const en = {
  ...enPortal,
  ...enRecord,
  ...enSituation,
  ...enNode,
  ...enPart,
  ...enBundle,
  ...enFrame,
} as const
