/** What a recipe came to in a round of the search: plain data, part of a model's choices */
export interface Trial {
  readonly name: string
  /** From 0 */
  readonly round: number
  /** On rows that its networks never saw; null: there was no time for it */
  readonly loss: number | null
}
