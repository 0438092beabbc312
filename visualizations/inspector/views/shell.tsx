import type { ComponentChildren, JSX } from 'preact'
import type { ShellProps } from './props.ts'

/** The frame around the views: header, tabs, time bar. */
export function Shell({
  feed,
  children
}: ShellProps & { children: ComponentChildren }): JSX.Element {
  return (
    <>
      <header>{feed.state}</header>
      <main>{children}</main>
    </>
  )
}
