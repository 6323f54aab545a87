import { Button } from 'react-aria-components'
import { Icon } from './icon.tsx'

export type Order<Column extends string> = {
  readonly column: Column
  readonly isDescending: boolean
}

type Props<Column extends string> = {
  readonly column: Column
  readonly order: Order<Column>
  readonly onOrder: (order: Order<Column>) => void
  readonly isNumber?: boolean
  readonly isPinned?: boolean
  readonly children: string
}

/** A column's heading that sorts its table: numbers from the largest, names from the first. */
export function SortHeader<Column extends string>(props: Props<Column>) {
  const { column, order, onOrder, isNumber = false, isPinned = false, children } = props
  const isActive = order.column === column
  const sorted = order.isDescending ? 'descending' : 'ascending'
  return (
    <th
      scope="col"
      className={isNumber ? 'num' : undefined}
      data-pin={isPinned ? '' : undefined}
      aria-sort={isActive ? sorted : undefined}
    >
      <Button
        className="sort"
        onPress={() => onOrder({ column, isDescending: isActive ? !order.isDescending : isNumber })}
      >
        {children}
        {isActive ? <Icon name="i-down" isSmall /> : null}
      </Button>
    </th>
  )
}
