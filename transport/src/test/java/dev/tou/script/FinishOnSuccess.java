// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Ends a script that went well; a failed one has said what it had to say. */
final class FinishOnSuccess implements AfterTestExecutionCallback {

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (context.getExecutionException().isEmpty()) {
            ((ScriptedTest) context.getRequiredTestInstance()).script.finish();
        }
    }
}
