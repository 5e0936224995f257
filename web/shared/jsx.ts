// What compiled JSX calls, for the face that counts every byte: the same as preact/jsx-runtime without its checks.
import { createElement, Fragment, type ComponentChildren, type ComponentType } from "preact";

type Props = Record<string, unknown> & { children?: ComponentChildren };

export function jsx(type: string | ComponentType<Props>, props: Props, key?: string | number) {
  return createElement(type as ComponentType<Props>, key === undefined ? props : { ...props, key });
}

export { Fragment, jsx as jsxs };
