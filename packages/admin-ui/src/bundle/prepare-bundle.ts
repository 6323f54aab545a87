import { requestJson } from '../request.ts'
import { passphraseHeader } from './passphrase-header.ts'

/** Who can open the file. */
export type Protection =
  | { readonly kind: 'key' | 'open' }
  | { readonly kind: 'passphrase'; readonly passphrase: string }

/** What to write. */
export type Wanted = {
  readonly to: number
  readonly protection: Protection
  /** Everything, also what the receiver has said it has. */
  readonly isAll: boolean
}

/** A bundle that waits to be fetched, once, at its path. */
export type Prepared = {
  readonly path: string
  readonly name: string
  readonly commits: number
  readonly to: number
  readonly sinceMs: number | null
}

/** The heads of all logs are read for it, which takes a while in a large federation. */
const PREPARING_MS = 120_000

/** Has the node decide what goes into a bundle. */
export function prepareBundle({ to, protection, isAll }: Wanted, key: string): Promise<Prepared> {
  const query = new URLSearchParams()
  if (to !== 0) query.set('to', String(to))
  if (isAll) query.set('all', '1')
  if (protection.kind !== 'open') query.set('encrypt', protection.kind)
  return requestJson<Prepared>(`/bundles/downloads?${query}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      ...(protection.kind === 'passphrase' ? passphraseHeader(protection.passphrase) : {}),
    },
    timeoutMs: PREPARING_MS,
  })
}
