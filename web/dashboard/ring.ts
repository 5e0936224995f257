// How an offer makes itself known beside the card: two soft tones and a short vibration.

const SECOND_RING_S = 5;

let context: AudioContext | null = null;

/** Browsers let a page sound only after a touch or a key: called from those, it makes later tones possible. */
export function unlock(): void {
  try {
    context ??= new AudioContext();
    void context.resume();
  } catch {
    context = null; // A machine without sound still shows the card.
  }
}

/** Two soft tones. False when nothing can be heard. */
export function chime(): boolean {
  if (!context || context.state !== "running") return false;
  tone(context, 587.33, context.currentTime + 0.02);
  tone(context, 880, context.currentTime + 0.24);
  return true;
}

export function vibrate(): void {
  if ("vibrate" in navigator && navigator.userActivation?.hasBeenActive) navigator.vibrate([180, 120, 180]);
}

/** Once now, and once more shortly before its `seconds` are up, while it `rings`. */
export function ringTwice(seconds: number, rings: () => boolean, sound: () => boolean): void {
  const play = () => {
    if (!rings()) return;
    if (sound()) chime();
    vibrate();
  };
  play();
  if (seconds > 2 * SECOND_RING_S) setTimeout(play, (seconds - SECOND_RING_S) * 1000);
}

function tone(sound: AudioContext, hertz: number, at_s: number): void {
  const [voice, loudness] = [sound.createOscillator(), sound.createGain()];
  voice.frequency.value = hertz;
  loudness.gain.setValueAtTime(0, at_s);
  loudness.gain.linearRampToValueAtTime(0.2, at_s + 0.03);
  loudness.gain.exponentialRampToValueAtTime(0.001, at_s + 0.5);
  voice.connect(loudness).connect(sound.destination);
  voice.start(at_s);
  voice.stop(at_s + 0.55);
}
