/** How answers tell what the node had heard; the types are in status/as-of.ts and status/share.ts. */

const MS = { type: 'integer', description: 'Epoch milliseconds' }
const COUNT = { type: 'integer', minimum: 0 }

const PART = {
  type: ['object', 'null'],
  required: ['here', 'known'],
  properties: {
    here: { ...COUNT, description: 'Commits that are here and count' },
    known: { ...COUNT, description: 'Commits that the heads of peers tell of, those included' },
  },
}

/** Schemas of the OpenAPI document, by name. */
export const AS_OF_SCHEMAS: Readonly<Record<string, object>> = {
  AsOf: {
    type: 'object',
    description: 'What this node had heard of the federation, and when',
    required: ['nowMs', 'nodes', 'heard', 'agree', 'silent', 'share'],
    properties: {
      nowMs: MS,
      nodes: { ...COUNT, description: 'Nodes of the roster' },
      heard: { ...COUNT, description: 'Nodes heard within the last ten minutes' },
      agree: { ...COUNT, description: 'Nodes that hold the same catalogue' },
      silent: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            name: { type: 'object' },
            lastHeardMs: { ...MS, type: ['integer', 'null'] },
          },
        },
      },
      share: { $ref: '#/components/schemas/Share' },
    },
  },
  Share: {
    type: 'object',
    description: 'How much of the catalogue is here, by the heads that peers told of',
    required: ['state', 'held', 'ownRegion', 'rest', 'regions'],
    properties: {
      state: {
        type: 'string',
        enum: ['level', 'partial', 'behind', 'unknown'],
        description:
          'level: all that peers told of; partial: all of the part that this node holds; behind: less; unknown: no peer was compared with since the start',
      },
      held: {
        type: ['object', 'null'],
        description:
          'The part that this node holds, in any state; null where it holds everything. Totals, counts and searches are over this part',
        required: ['agencies', 'of', 'names', 'subscribed', 'leaving', 'lacking', 'isWitness'],
        properties: {
          agencies: { ...COUNT, description: 'Agencies of which everything is held' },
          of: { ...COUNT, description: 'Agencies that publish' },
          names: {
            type: 'array',
            description: 'Those agencies, the own one first; the first twelve',
            items: { type: 'object' },
          },
          subscribed: {
            type: 'object',
            description: 'Agencies, and beginnings of codes of regions, beside the own agency',
          },
          leaving: { ...COUNT, description: 'Agencies that are held until another node has them' },
          lacking: { ...COUNT, description: 'Records whose values are still to come' },
          isWitness: {
            type: 'boolean',
            description: 'Whether the roster counts on this node to agree to the whole',
          },
        },
      },
      ownRegion: {
        ...PART,
        description: 'The region of this node; null unless behind, or where its agency has none',
      },
      rest: { ...PART, description: 'All other regions; null unless behind, or without any' },
      regions: {
        type: 'array',
        description: 'Each region while behind, the own one first',
        items: {
          type: 'object',
          properties: {
            region: {
              type: ['string', 'null'],
              description: 'Its code; null for agencies without one',
            },
            ...PART.properties,
          },
        },
      },
    },
  },
}
