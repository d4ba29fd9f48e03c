// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.util.concurrent.Executor;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;

/** Several {@link SimEventLoop}s of one host, handed out in turn. In spite of the superclass it starts no thread. */
public final class SimEventLoopGroup extends MultiThreadIoEventLoopGroup {

    SimEventLoopGroup(int size, SimHost host) {
        super(size, (Executor) Runnable::run, SimIoHandler.newFactory(), host);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... args) {
        SimHost host = (SimHost) args[0];
        SimEventLoop loop = new SimEventLoop(this, host);
        host.loops().add(loop);
        return loop;
    }
}
