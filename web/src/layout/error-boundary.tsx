import { Component, type ErrorInfo, type ReactNode } from 'react';
import { Button } from '@mantine/core';
import classes from './empty-state.module.css';

type Props = { children: ReactNode; texts: { title: string; again: string } };

/** React knows no function that catches what a part of the page throws. */
export class ErrorBoundary extends Component<Props, { isBroken: boolean }> {
  override state = { isBroken: false };
  static getDerivedStateFromError = () => ({ isBroken: true });
  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }
  override render(): ReactNode {
    if (!this.state.isBroken) return this.props.children;
    return (
      <div className={classes.empty} role="alert">
        <h2 className={classes.title}>{this.props.texts.title}</h2>
        <Button onClick={() => location.reload()}>{this.props.texts.again}</Button>
      </div>
    );
  }
}
