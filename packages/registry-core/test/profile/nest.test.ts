import { expect } from 'chai'
import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../src/encoding/json.ts'
import { nest } from '../../src/profile/nest.ts'

const segment = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', '%40type')
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((list) => list.join('/'))
const fields = fc
  .array(fc.tuple(path, fc.integer()), { maxLength: 12 })
  .map((entries): Record<string, JsonValue> => Object.fromEntries(entries))

function at(value: JsonObject, place: string): unknown {
  let here: unknown = value
  for (const key of place.split('/')) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined
    here = Reflect.get(here, key)
  }
  return here
}

describe('nesting flat fields', () => {
  it('[PR5] puts every field at its place, or names it when a shorter path is live', () => {
    fc.assert(
      fc.property(fields, (flat) => {
        const { value, prefixed } = nest(flat)
        for (const [place, leaf] of Object.entries(flat)) {
          const parents = place
            .split('/')
            .map((_, i, all) => all.slice(0, i).join('/'))
            .slice(1)
          const isBelow = parents.some((parent) => Object.hasOwn(flat, parent))
          expect(prefixed.includes(place)).to.equal(isBelow)
          if (!isBelow) expect(at(value, place)).to.equal(leaf)
        }
      }),
    )
  })

  it('[PR5] does not depend on the order of the fields', () => {
    fc.assert(
      fc.property(fields, (flat) => {
        const reversed = Object.fromEntries(Object.entries(flat).reverse())
        expect(nest(reversed)).to.deep.equal(nest(flat))
      }),
    )
  })
})
