/** One decoder of untrusted bytes, as a campaign sees it. */
import type fc from 'fast-check'

/** What became of an input: read, or refused in the way the decoder promises. */
export type Fate = 'taken' | 'refused'

/** A decoder with what it is fed. */
export type Target = {
  readonly name: string
  /** Real inputs that mutation starts from. */
  readonly corpus: readonly Uint8Array[]
  /** Inputs made by shape, beside those made by mutation. */
  readonly shaped?: fc.Arbitrary<Uint8Array>
  /** Reads one input. Throws whatever breaks a promise: an error without a code, another re-encoding. */
  readonly read: (input: Uint8Array) => Fate | Promise<Fate>
  /** Inputs of this target for each one of an ordinary target; 1 unless it is slow. */
  readonly share?: number
}

/** A target whose resources have to be given back. */
export type OpenTarget = Target & { readonly close?: () => Promise<void> }
