const CODES = {
  MULU_ORDER_NUMBER: 'orders.numberTwice',
  MULU_ORDER_OVERRULED: 'orders.overruled',
  MULU_ORDER_REACH: 'orders.reach',
  MULU_ORDER_KEY: 'orders.otherKey',
} as const

/** The sentence that says why an order does not count. */
export function orderCodeKey(
  code: string,
): (typeof CODES)[keyof typeof CODES] | 'orders.otherwise' {
  const known = Object.entries(CODES).find(([each]) => each === code)
  return known?.[1] ?? 'orders.otherwise'
}

const WHYS = {
  revoked: 'orders.why.revoked',
  rotated: 'orders.why.rotated',
  restored: 'orders.why.restored',
} as const

/** The sentence for a reason that the commands give by themselves; others are a person's own words. */
export function whyKey(why: string): (typeof WHYS)[keyof typeof WHYS] | undefined {
  return Object.entries(WHYS).find(([each]) => each === why)?.[1]
}
