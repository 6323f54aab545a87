/** Plans that failed once, cut short, with the bug that each one found. */

/** A plan as `npm run sim -- --plan` takes it, and what was wrong. */
export type FoundBug = {
  readonly what: string
  readonly plan: readonly (readonly [kind: string, chance: number])[]
}

export const FOUND: readonly FoundBug[] = [
  {
    what: 'a write over a position that a stolen key had signed ended in an internal error',
    plan: [
      ['admit', 1375334264],
      ['rogue', 1652679891],
      ['crash', 1346727699],
      ['write', 1813936945],
      ['connect', 1597879945],
      ['write', 1160392785],
      ['crash', 595734278],
      ['equivocate', 400256661],
      ['deliver', 709169301],
      ['disk full', 998415476],
      ['deliver', 1321419261],
      ['connect', 2036027477],
      ['deliver', 243056898],
      ['conclude', 1],
    ],
  },
  {
    what: 'after a fork two nodes showed different values of a record that named the forked log',
    plan: [
      ['write', 808112305],
      ['write', 741071094],
      ['connect', 198626778],
      ['write', 1329258785],
      ['equivocate', 396788887],
      ['deliver', 845916381],
      ['write', 891094482],
      ['rogue', 82086234],
      ['deliver', 121744820],
      ['write', 1136132355],
      ['wait', 1553192650],
      ['deliver', 535756417],
      ['connect', 2103978634],
      ['conclude', 1],
    ],
  },
  {
    what: 'a fork was not looked for below commits that had come before by another way',
    plan: [
      ['write', 1257954166],
      ['equivocate', 269602771],
      ['write', 1349390379],
      ['write', 1657270037],
      ['connect', 266884675],
      ['deliver', 1640971855],
      ['carry', 343581439],
      ['conclude', 1],
    ],
  },
  {
    what: 'a commit that named what a floor ruled out waited until the next start',
    plan: [
      ['write', 2059228467],
      ['crash', 1597770431],
      ['crash', 835090378],
      ['crash', 1616173276],
      ['write', 2046592487],
      ['rogue', 1039474140],
      ['conclude', 1],
    ],
  },
  {
    what: 'a write on a branch that the roster had ruled out was missed by the harness',
    plan: [
      ['write', 209360209],
      ['crash', 1517477572],
      ['crash', 1440856407],
      ['crash', 2020881616],
      ['write', 1781166183],
      ['start', 1768915009],
      ['start', 899900418],
      ['equivocate', 558508336],
      ['start', 1441572051],
      ['connect', 820855162],
      ['deliver', 1894840543],
      ['pin', 1577823532],
      ['conclude', 1],
    ],
  },
  {
    what: 'a disk that failed at the end of a bundle was an internal error and not MULU_DISK',
    plan: [
      ['pack', 1247591696],
      ['disk full', 1186309138],
      ['write', 942281540],
      ['admit', 2047708903],
      ['admit', 1501865882],
      ['unpack', 1137893614],
    ],
  },
  {
    what: 'who came after a fork lacked the receipts beyond it, and had other floors',
    plan: [
      ['lie', 456924676],
      ['crash later', 1015694453],
      ['write many', 1711188260],
      ['write', 1551709818],
      ['witness', 1629564833],
      ['admit', 204015488],
      ['steal witness', 348230594],
    ],
  },
  {
    what: 'a pin in a namespace where the writer has no grant was not followed by who knew the fork',
    plan: [
      ['rogue', 2036781778],
      ['crash', 143881950],
      ['crash', 1145776399],
      ['equivocate', 1663686755],
      ['pin', 3051298],
    ],
  },
  {
    what: 'a desk wrote on beyond a pin where its lost branch had got to, and failed with an internal error',
    plan: [
      ['disk space', 356110864],
      ['write', 123563943],
      ['snapshot', 1105344639],
      ['equivocate', 2114073313],
      ['pin', 1393997623],
    ],
  },
  {
    what: 'the reference counted no receipt in a log whose closing names a commit that never came',
    plan: [
      ['close', 1177633856],
      ['snapshot', 1657224787],
      ['witness', 1921946919],
      ['burn', 405957755],
      ['connect', 1367585183],
      ['deliver', 1564382478],
      ['wait', 1883517511],
      ['write', 905633289],
      ['close', 1481344707],
    ],
  },
]
