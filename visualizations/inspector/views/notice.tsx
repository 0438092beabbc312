import type { ComponentChildren, JSX } from 'preact'

export interface NoticeProps {
  readonly title: string
  readonly mood?: 'good' | 'waiting' | 'bad'
  readonly children: ComponentChildren
}

/** What is said in the place of a view, or of a part of it, that has nothing to show: what is the matter, and what to do. */
export function Notice({ title, mood = 'waiting', children }: NoticeProps): JSX.Element {
  return (
    <div class={`notice ${mood}`}>
      <Mark mood={mood} />
      <h2>{title}</h2>
      <div class="notice-text">{children}</div>
    </div>
  )
}

const SHAPES = {
  good: 'M5 12.5l4.5 4.5L19 7.5',
  waiting: 'M12 6.5V12l3.5 2',
  bad: 'M12 6.5v7M12 17.2v.2'
} as const

/** Three moods, three shapes: none is told by its colour alone. */
export function Mark({ mood }: { readonly mood: keyof typeof SHAPES }): JSX.Element {
  return (
    <svg class={`mark ${mood}`} viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="10.5" />
      <path d={SHAPES[mood]} />
    </svg>
  )
}
