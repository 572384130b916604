// The losses of a run for its chart: thinned out as they get many, so that it never holds more than it can show.

const MOST = 2400

export class Losses {
  epochs: number[] = []
  training: number[] = []
  validation: (number | null)[] = []
  #every = 1
  #seen = 0

  add(epoch: number, loss: number, validationLoss: number | undefined): void {
    if (this.#seen++ % this.#every > 0) return
    if (this.epochs.length >= MOST) this.#thin()
    this.epochs.push(epoch)
    this.training.push(loss)
    this.validation.push(validationLoss ?? null)
  }

  #thin(): void {
    const isEven = (_: unknown, index: number) => index % 2 === 0
    this.epochs = this.epochs.filter(isEven)
    this.training = this.training.filter(isEven)
    this.validation = this.validation.filter(isEven)
    this.#every *= 2
  }

  get hasValidation(): boolean {
    return this.validation.some((loss) => loss !== null)
  }

  clear(): void {
    this.epochs = []
    this.training = []
    this.validation = []
    this.#every = 1
    this.#seen = 0
  }
}
