/** An allowance that fills again with time: `burst` at once, `perSecond` in the long run. */

/** What an allowance is made of. */
export type Rate = { readonly perSecond: number; readonly burst: number }

/** However much was taken, a token is there again after this many seconds. */
const DEBT_MAX_S = 20

/** One allowance. Time is passed in, in milliseconds. */
export class TokenBucket {
  readonly #rate: Rate
  #tokens: number
  #atMs: number

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#atMs = nowMs
  }

  /** Takes `cost` when at least one token is there; gives the wait in milliseconds, 0 when taken. */
  take(cost: number, nowMs: number): number {
    const waitMs = this.waitMs(nowMs)
    if (waitMs === 0) this.#tokens -= cost
    return waitMs
  }

  /** Takes `cost` whatever is there; what is missing is a debt that has to fill first. */
  charge(cost: number, nowMs: number): void {
    this.#fill(nowMs)
    this.#tokens = Math.max(this.#tokens - cost, 1 - this.#rate.perSecond * DEBT_MAX_S)
  }

  /** How long until a token is there, in milliseconds. */
  waitMs(nowMs: number): number {
    this.#fill(nowMs)
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / this.#rate.perSecond) * 1_000)
  }

  /** Whether nothing has been taken, or all of it has filled again. */
  isFull(nowMs: number): boolean {
    this.#fill(nowMs)
    return this.#tokens >= this.#rate.burst
  }

  /** A clock that was set back gives and takes nothing. */
  #fill(nowMs: number): void {
    const gained = (Math.max(0, nowMs - this.#atMs) / 1_000) * this.#rate.perSecond
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + gained)
    this.#atMs = nowMs
  }
}
